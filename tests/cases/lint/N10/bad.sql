CREATE TYPE post_status AS ENUM ('draft', 'In Review');  -- bad
CREATE TYPE app."Size" AS ENUM ('S-M');  -- bad
