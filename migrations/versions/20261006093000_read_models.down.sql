DROP VIEW v_post_detail;
DROP VIEW v_popular_posts;
DROP VIEW v_user_with_stats;
