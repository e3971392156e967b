CREATE TABLE tb_a_name_that_goes_on_and_on_for_more_than_sixty_three_bytes_in_all (id int);  -- bad
CREATE TABLE tb_é_é_é_é_é_é_é_é_é_é_é_é_é_é_é_é_é_é_é_é_é (id int);  -- bad: 62 letters, 83 bytes
ALTER TABLE tb_a ADD COLUMN "a name that goes on and on for more than sixty three bytes in all" int;  -- bad
