COMMENT ON TABLE tb_user IS 'it''s; "x"';
COMMENT ON COLUMN tb_user.id IS 'old';
COMMENT ON CONSTRAINT pk_user ON tb_user IS 'gone IS ''so''';
