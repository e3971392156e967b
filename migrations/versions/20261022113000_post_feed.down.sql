DROP FUNCTION fn_refresh_post_feed();
DROP TABLE tv_post_feed;
