CREATE TABLE "catalogs" (
	"hash" text PRIMARY KEY NOT NULL,
	"content" jsonb NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "exposures" (
	"experiment" text NOT NULL,
	"customer_id" text NOT NULL,
	"variant" text NOT NULL,
	"arms" jsonb NOT NULL,
	"purchase_id" text NOT NULL,
	"catalog_hash" text NOT NULL,
	"exposed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "exposures_experiment_customer_id_pk" PRIMARY KEY("experiment","customer_id")
);
--> statement-breakpoint
CREATE TABLE "quotes" (
	"presentation_id" text NOT NULL,
	"option" text NOT NULL,
	"hash" text NOT NULL,
	"quantity" integer NOT NULL,
	"price" jsonb NOT NULL,
	"quoted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "quotes_presentation_id_option_quantity_hash_pk" PRIMARY KEY("presentation_id","option","quantity","hash")
);
--> statement-breakpoint
ALTER TABLE "presentations" ADD COLUMN "experiment" text;--> statement-breakpoint
ALTER TABLE "presentations" ADD COLUMN "variant" text;--> statement-breakpoint
ALTER TABLE "presentations" ADD COLUMN "catalog_hash" text;--> statement-breakpoint
ALTER TABLE "presentations" ADD COLUMN "quantity" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "presentations" ADD COLUMN "option" text;--> statement-breakpoint
ALTER TABLE "presentations" ADD COLUMN "choices" jsonb;--> statement-breakpoint
ALTER TABLE "presentations" ADD COLUMN "terms" jsonb;--> statement-breakpoint
ALTER TABLE "presentations" ADD COLUMN "words" jsonb;--> statement-breakpoint
ALTER TABLE "purchases" ADD COLUMN "facts" jsonb;--> statement-breakpoint
CREATE INDEX "presentations_of_offer" ON "presentations" USING btree ("offer_id","status");--> statement-breakpoint
CREATE INDEX "timeline_by_type" ON "timeline" USING btree ("type","at");