SELECT * FROM {{ table }};  -- bad
{% if x %} SELECT 1; {% endif %}  -- bad -- bad
