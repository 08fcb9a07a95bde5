CREATE TABLE "acceptances" (
	"hash" text PRIMARY KEY NOT NULL,
	"presentation_id" text NOT NULL,
	"content" jsonb NOT NULL,
	"clicked_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "acceptances_of_presentation" ON "acceptances" USING btree ("presentation_id");