import psycopg


def test_a_new_database_is_empty(scratch_by_major):
    with psycopg.connect(scratch_by_major.create()) as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone() == (0,)
        assert connection.info.server_version // 10000 == scratch_by_major.major
