SELECT '{{ kept }}', '{"a": {"b": 1}}'::jsonb, '{{1,2},{3,4}}'::int[];
-- {{ comment }}
