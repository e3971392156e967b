-- A shop, written by people who like camelCase keys, json and row_to_json, and serial keys.
CREATE TABLE customers (customer_id serial PRIMARY KEY, first_name varchar(50) NOT NULL, last_name varchar(50) NOT NULL, email varchar(255) UNIQUE, vip boolean NOT NULL DEFAULT false);
CREATE TABLE categories (category_id serial PRIMARY KEY, parent_id integer REFERENCES categories, name varchar(100) NOT NULL);
CREATE TABLE products (product_id serial PRIMARY KEY, category_id integer NOT NULL REFERENCES categories, sku char(8) NOT NULL, title varchar(200) NOT NULL,
    price numeric(12,2) NOT NULL CHECK (price >= 0), weight real, attributes jsonb NOT NULL DEFAULT '{}', discontinued_at timestamp);
CREATE TABLE orders (order_id bigserial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers, state varchar(20) NOT NULL DEFAULT 'new',
    ordered_at timestamp NOT NULL, shipped_at timestamp, CONSTRAINT state_ok CHECK (state IN ('new', 'paid', 'shipped', 'cancelled')));
CREATE TABLE order_lines (order_id bigint NOT NULL REFERENCES orders, line_no smallint NOT NULL, product_id integer NOT NULL REFERENCES products,
    quantity integer NOT NULL CHECK (quantity > 0), unit_price numeric(12,2) NOT NULL, PRIMARY KEY (order_id, line_no));
CREATE VIEW customer_json AS
    SELECT c.customer_id AS id, row_to_json(c) AS data FROM customers c;
CREATE VIEW product_card AS
    SELECT p.product_id AS id, json_build_object('productId', p.product_id, 'sku', p.sku, 'title', p.title, 'priceCents', (p.price * 100)::bigint,
        'price', p.price::text, 'weight', p.weight, 'attributes', p.attributes, 'isAvailable', p.discontinued_at IS NULL,
        'category', json_build_object('categoryId', k.category_id, 'name', k.name)) AS data
    FROM products p INNER JOIN categories k USING (category_id);
CREATE VIEW order_line_json AS
    SELECT l.order_id, l.line_no, json_build_object('lineNo', l.line_no, 'product', p.data, 'quantity', l.quantity, 'unitPrice', l.unit_price,
        'lineTotal', l.quantity * l.unit_price) AS data
    FROM order_lines l JOIN product_card p ON p.id = l.product_id;
CREATE VIEW order_json AS
    SELECT o.order_id AS id, json_build_object('orderId', o.order_id, 'state', o.state, 'orderedAt', o.ordered_at, 'shippedAt', o.shipped_at,
        'customer', c.data, 'lines', COALESCE(l.lines, '[]'::json), 'total', COALESCE(l.total, 0), 'itemCount', COALESCE(l.items, 0)) AS data
    FROM orders o LEFT JOIN customer_json c ON c.id = o.customer_id
    LEFT JOIN (SELECT order_id, json_agg(data ORDER BY line_no) AS lines, sum((data ->> 'lineTotal')::numeric) AS total, count(*) AS items
        FROM order_line_json GROUP BY order_id) l ON l.order_id = o.order_id;
CREATE VIEW customer_orders AS
    SELECT c.customer_id AS id, json_build_object('name', c.first_name || ' ' || c.last_name, 'email', lower(c.email),
        'orders', (SELECT coalesce(json_agg(row_to_json(x)), '[]') FROM (SELECT o.order_id AS "orderId", o.state, to_char(o.ordered_at, 'YYYY-MM-DD') AS "orderedOn"
            FROM orders o WHERE o.customer_id = c.customer_id ORDER BY o.ordered_at DESC LIMIT 10) x)) AS data
    FROM customers c WHERE NOT c.vip OR c.email IS NOT NULL;
CREATE VIEW sales_by_month AS
    SELECT date_trunc('month', o.ordered_at) AS month, json_build_object('month', date_trunc('month', o.ordered_at)::date, 'revenue', sum(l.quantity * l.unit_price),
        'orders', count(DISTINCT o.order_id), 'byState', json_object_agg(o.state, 1), 'best', (array_agg(p.title ORDER BY l.quantity DESC))[1]) AS data
    FROM orders o JOIN order_lines l USING (order_id) JOIN products p USING (product_id) GROUP BY 1;
