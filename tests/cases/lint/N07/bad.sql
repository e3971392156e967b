CREATE TABLE tb_a (
    id int CONSTRAINT a_pk PRIMARY KEY,  -- bad
    b int CONSTRAINT fk_b CHECK (b > 0),  -- bad
    c int CONSTRAINT "FK_c" REFERENCES tb_c (id),  -- bad
    CONSTRAINT pk_a UNIQUE (b),  -- bad
    CONSTRAINT uq_when EXCLUDE USING gist (c WITH =)  -- bad
);
ALTER TABLE ONLY app.tb_a ADD CONSTRAINT chk_a CHECK (id > 0) NOT VALID;  -- bad
ALTER TABLE tb_a ADD COLUMN d int CONSTRAINT tb_a_d_key UNIQUE;  -- bad
ALTER TABLE tb_a ADD CONSTRAINT idx_a PRIMARY KEY USING INDEX idx_a;  -- bad
CREATE DOMAIN mail AS text CONSTRAINT mail_is_mail CHECK (VALUE LIKE '%@%');  -- bad
