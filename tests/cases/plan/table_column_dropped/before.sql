CREATE TABLE tb_user (id integer, name text, gone text, kind text CHECK (kind > ''));
CREATE INDEX idx_gone ON tb_user (gone);
CREATE VIEW v_replaced AS SELECT id FROM tb_user WHERE gone > '';
CREATE VIEW v_rebuilt AS SELECT gone, id FROM tb_user;
CREATE VIEW v_dropped AS SELECT gone FROM tb_user;
COMMENT ON COLUMN tb_user.gone IS 'soon';
