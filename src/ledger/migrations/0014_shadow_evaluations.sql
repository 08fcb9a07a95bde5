CREATE TABLE "shadow_evaluations" (
	"purchase_id" text NOT NULL,
	"funnel_id" text NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"candidate" boolean NOT NULL,
	"status" text NOT NULL,
	"blocked" text,
	"detail" text,
	"instead_of" text,
	"offer_id" text,
	"action_kind" text,
	"product_id" text,
	"currency" text,
	"due_now" bigint,
	"tries" integer DEFAULT 0 NOT NULL,
	"tried_at" timestamp (3) with time zone,
	"requests" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "shadow_evaluations_purchase_id_funnel_id_pk" PRIMARY KEY("purchase_id","funnel_id")
);
--> statement-breakpoint
CREATE INDEX "shadow_evaluations_waiting" ON "shadow_evaluations" USING btree ("seen_at") WHERE "shadow_evaluations"."status" = 'waiting';--> statement-breakpoint
CREATE INDEX "shadow_evaluations_by_time" ON "shadow_evaluations" USING btree ("funnel_id","seen_at");--> statement-breakpoint
CREATE INDEX "shadow_evaluations_by_turn" ON "shadow_evaluations" USING btree ("tried_at");