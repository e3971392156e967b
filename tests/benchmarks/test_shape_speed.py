"""Working out shapes: the time PostgreSQL takes to create the views, and what an unchanged tree saves."""

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from toolkit.catalog.trees import read_snapshot
from toolkit.shape.inference import Inference

TABLES = """
    CREATE TABLE tb_user (id uuid PRIMARY KEY, name text NOT NULL, email text NOT NULL, bio text);
    CREATE TABLE tb_post (
        id uuid PRIMARY KEY, author_id uuid NOT NULL REFERENCES tb_user, title text NOT NULL, content text,
        tags text[] NOT NULL, published_at timestamptz, approved_by uuid REFERENCES tb_user
    );"""
POSTS = """
    CREATE VIEW v_post_{0} AS SELECT p.id, p.author_id, jsonb_build_object(
        'id', p.id, 'title', p.title, 'content', p.content, 'tags', p.tags,
        'author', jsonb_build_object('id', a.id, 'name', a.name),
        'approver', CASE WHEN b.id IS NOT NULL THEN jsonb_build_object('id', b.id, 'name', b.name) END
    ) AS data
    FROM tb_post AS p JOIN tb_user AS a ON a.id = p.author_id
    LEFT JOIN tb_user AS b ON b.id = p.approved_by;"""
USERS = """
    CREATE VIEW v_user_{0} AS SELECT u.id, u.name, jsonb_build_object(
        'id', u.id, 'name', u.name, 'email', u.email, 'bio', u.bio,
        'count', (SELECT count(*) FROM tb_post AS p WHERE p.author_id = u.id),
        'posts', COALESCE((SELECT jsonb_agg(p.data) FROM v_post_{0} AS p WHERE p.author_id = u.id), '[]')
    ) AS data FROM tb_user AS u;"""


@pytest.mark.benchmark
@pytest.mark.parametrize("views", [100, 1000])
def test_shapes_against_creating_the_views(views, scratch_by_major, compare):
    statements = "".join((POSTS + USERS).format(number) for number in range(views // 2)).encode()
    conninfo, empty = scratch_by_major.create(), scratch_by_major.create()
    with psycopg.connect(conninfo, autocommit=True) as full, psycopg.connect(empty) as other:
        full.execute(TABLES)
        full.execute(statements)
        other.execute(TABLES)
        other.commit()

        def ours():
            snapshot = read_snapshot(full)
            inference = Inference(snapshot)
            names = [each.name for each in snapshot.relations.values() if each.kind == "v"]
            assert len([inference.read_model(name) for name in names]) == views

        def theirs():
            other.execute(statements)
            other.rollback()

        title = f"shapes of {views} views on PostgreSQL {scratch_by_major.major}, against creating them"
        compare(title, ours, theirs, bar=4, rounds=5)
    scratch_by_major.release(conninfo)
    scratch_by_major.release(empty)


@pytest.mark.benchmark
@pytest.mark.parametrize("views", [10, 1000])
def test_an_unchanged_tree_against_a_cold_run(views, scratch, tmp_path, compare):
    (tmp_path / "pyproject.toml").write_text('[tool.toolkit]\nowner = "none"\npostgresql = 18\n')
    (tmp_path / "sql").mkdir()
    for number, table in enumerate(TABLES.split(";")[:2]):
        (tmp_path / f"sql/tb_{number}.sql").write_text(f"{table};")
    for number in range(views // 2):
        (tmp_path / f"sql/v_post_{number}.sql").write_text(POSTS.format(number))
        (tmp_path / f"sql/v_user_{number}.sql").write_text(USERS.format(number))
    toolkit = Path(sys.executable).parent / "toolkit"

    def run(what):
        subprocess.run([toolkit, "contract", what], cwd=tmp_path, check=True, capture_output=True)

    def cold():
        shutil.rmtree(tmp_path / ".toolkit_cache")
        run("check")

    run("update")
    title = f"contract check of {views} views, unchanged, against a cold run beside a server that is up"
    compare(title, lambda: run("check"), cold, bar=0.2, rounds=5)
