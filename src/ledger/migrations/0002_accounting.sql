CREATE TABLE "compensations" (
	"compensation_id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"payment_id" text,
	"subscription_id" text,
	"presentation_id" text,
	"purchase_id" text,
	"amount" bigint,
	"currency" text,
	"tries" integer DEFAULT 0 NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"name" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notification_sequences" (
	"purchase_id" text NOT NULL,
	"notification_id" text NOT NULL,
	"sequence" integer NOT NULL,
	CONSTRAINT "notification_sequences_purchase_id_notification_id_pk" PRIMARY KEY("purchase_id","notification_id")
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"payment_id" text PRIMARY KEY NOT NULL,
	"attempt_id" text,
	"presentation_id" text,
	"purchase_id" text,
	"customer_id" text,
	"product_ids" text[],
	"session_id" text,
	"subscription_ids" text[],
	"charge_type" text,
	"status" text,
	"amount" bigint,
	"currency" text,
	"proven" boolean DEFAULT false NOT NULL,
	"refunded_amount" bigint DEFAULT 0 NOT NULL,
	"lost_amount" bigint DEFAULT 0 NOT NULL,
	"verdict" text DEFAULT 'undecided' NOT NULL,
	"verdict_detail" text,
	"source" text NOT NULL,
	"created_at" timestamp (3) with time zone,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reviews" (
	"review_id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"purchase_id" text,
	"presentation_id" text,
	"attempt_id" text,
	"payment_id" text,
	"subscription_id" text,
	"customer_id" text,
	"amount" bigint,
	"currency" text,
	"detail" text,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	"resolution" jsonb
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "customer_id" text;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "product_id" text;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "proof" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "presentations" ADD COLUMN "paid_currency" text;--> statement-breakpoint
ALTER TABLE "presentations" ADD COLUMN "handed_out_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "purchases" ADD COLUMN "return_url" text;--> statement-breakpoint
CREATE INDEX "compensations_by_status" ON "compensations" USING btree ("status","opened_at");--> statement-breakpoint
CREATE UNIQUE INDEX "notification_sequence_once" ON "notification_sequences" USING btree ("purchase_id","sequence");--> statement-breakpoint
CREATE INDEX "payments_of_attempt" ON "payments" USING btree ("attempt_id");--> statement-breakpoint
CREATE INDEX "payments_of_presentation" ON "payments" USING btree ("presentation_id");--> statement-breakpoint
CREATE INDEX "payments_of_customer" ON "payments" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "reviews_by_status" ON "reviews" USING btree ("status","opened_at","review_id");--> statement-breakpoint
CREATE INDEX "reviews_of_presentation" ON "reviews" USING btree ("presentation_id");