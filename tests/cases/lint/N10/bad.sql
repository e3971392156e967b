CREATE TYPE post_status AS ENUM ('draft', 'In Review');  -- bad
CREATE TYPE app."Size" AS ENUM ('S-M');  -- bad
CREATE TYPE post_state AS ENUM ('Offen', 'zu');  -- bad
CREATE TYPE app.kind AS ENUM ('été');  -- bad
