DROP FUNCTION fn_refresh_user_dashboard();
DROP MATERIALIZED VIEW mv_user_dashboard;
