CREATE TABLE "S 1"."T ""1""" ("A b" integer PRIMARY KEY, "select" text, CONSTRAINT "C c" CHECK ("A b" > 0));
CREATE VIEW "S 1"."V 1" AS SELECT "A b", "select" FROM "S 1"."T ""1""";
COMMENT ON COLUMN "S 1"."T ""1"""."A b" IS 'x';
CREATE FUNCTION "S 1"."F 1"("P p" "S 1"."V 1") RETURNS text LANGUAGE sql AS 'SELECT ''''';
CREATE POLICY "P 1" ON "S 1"."T ""1""" USING ("A b" > 0);
