ALTER TABLE "presentations" ALTER COLUMN "quantity" DROP NOT NULL;--> statement-breakpoint
-- Offers that were shown before the column was there got its default, whatever their quantity.
UPDATE "presentations" SET "quantity" = NULL WHERE "status" = 'open' AND "words" IS NULL AND "catalog_hash" IS NULL AND "choices" IS NULL;
