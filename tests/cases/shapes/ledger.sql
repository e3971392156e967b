-- Double entry book-keeping: money, sums over windows, filters, unions of kinds, materialised balances.
CREATE TYPE side AS ENUM ('debit', 'credit');
CREATE TABLE account (code text PRIMARY KEY, title text NOT NULL, kind text NOT NULL CHECK (kind = ANY (ARRAY['asset', 'liability', 'income', 'expense'])), closed_on date);
CREATE TABLE journal (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, booked_at timestamptz NOT NULL, memo text, reversed_by bigint REFERENCES journal);
CREATE TABLE posting (journal_id bigint NOT NULL REFERENCES journal, account text NOT NULL REFERENCES account, side side NOT NULL, amount numeric(18,4) NOT NULL CHECK (amount > 0), PRIMARY KEY (journal_id, account, side));
CREATE VIEW journal_entry AS
    SELECT j.id, jsonb_build_object('id', j.id, 'memo', j.memo, 'reversed', j.reversed_by IS NOT NULL, 'reversal', r.data, 'total', p.total, 'postings', p.postings) AS data
    FROM journal j LEFT JOIN LATERAL (SELECT jsonb_build_object('id', r.id, 'at', r.booked_at) AS data FROM journal r WHERE r.id = j.reversed_by) r ON true
    JOIN (SELECT journal_id, sum(amount) FILTER (WHERE side = 'debit') AS total, jsonb_agg(jsonb_build_array(account, side, amount)) AS postings FROM posting GROUP BY journal_id) p ON p.journal_id = j.id;
CREATE VIEW statement AS
    SELECT p.account AS id, jsonb_build_object('journal', p.journal_id, 'signed', CASE p.side WHEN 'debit' THEN p.amount ELSE -p.amount END,
        'balance', sum(CASE WHEN p.side = 'debit' THEN p.amount ELSE -p.amount END) OVER w, 'previous', lag(p.amount) OVER w, 'at', j.booked_at) AS data
    FROM posting p JOIN journal j ON j.id = p.journal_id WINDOW w AS (PARTITION BY p.account ORDER BY j.booked_at, j.id);
CREATE MATERIALIZED VIEW balance AS
    SELECT a.code AS id, jsonb_build_object('title', a.title, 'kind', a.kind, 'balance', COALESCE(sum(p.amount * CASE WHEN p.side = 'debit' THEN 1 ELSE -1 END), 0), 'lines', count(p.journal_id)) AS data
    FROM account a LEFT JOIN posting p ON p.account = a.code GROUP BY a.code;
CREATE VIEW report AS
    SELECT kind AS id, jsonb_build_object('kind', kind, 'accounts', jsonb_object_agg(b.id, b.data -> 'balance'), 'sum', sum((b.data ->> 'balance')::numeric)) AS data
    FROM balance b JOIN account a ON a.code = b.id GROUP BY kind;
CREATE VIEW trial AS
    SELECT GROUPING(kind, side) AS id, jsonb_build_object('kind', kind, 'side', side, 'amount', sum(amount), 'label', COALESCE(kind, 'all')) AS data
    FROM posting JOIN account ON code = account GROUP BY GROUPING SETS ((kind, side), (kind), ());
