CREATE TABLE "audit" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"command_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"phase" text NOT NULL,
	"actor" text NOT NULL,
	"command" text NOT NULL,
	"subject" text NOT NULL,
	"reason" text NOT NULL,
	"state" jsonb,
	"failure" text
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"key" text PRIMARY KEY NOT NULL,
	"request" text NOT NULL,
	"bound_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "audit_of_subject" ON "audit" USING btree ("subject","seq");--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_age" ON "idempotency_keys" USING btree ("bound_at");