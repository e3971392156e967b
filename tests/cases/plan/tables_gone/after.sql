ALTER TABLE tb_kept ADD a integer;
