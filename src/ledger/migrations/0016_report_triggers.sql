-- What a change adds to the sums and takes away from them: rows that a statement leaves as they were cancel out.
CREATE FUNCTION "presentations_sums_on_insert"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO "presentation_sums" ("span", "starts_at", "offer_id", "funnel_id", "step", "currency", "presented", "viewed", "accepted", "declined", "expired", "withdrawn", "paid", "recovered", "scheduled", "ever_paid", "gross", "refunded", "gross_7", "gross_30", "gross_90")
	SELECT * FROM (
		SELECT "spans"."span", "spans"."starts_at", offer_id, funnel_id, step, coalesce("paid_currency", "currency") AS currency,
		sum("sign" * (1)) AS "presented",
		sum("sign" * ((viewed_at IS NOT NULL)::int)) AS "viewed",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'accepted')::int)) AS "accepted",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'declined')::int)) AS "declined",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'expired')::int)) AS "expired",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'withdrawn')::int)) AS "withdrawn",
		sum("sign" * ((status = 'paid')::int)) AS "paid",
		sum("sign" * ((status = 'paid' AND recovered)::int)) AS "recovered",
		sum("sign" * ((status = 'scheduled')::int)) AS "scheduled",
		sum("sign" * ((paid_at IS NOT NULL)::int)) AS "ever_paid",
		sum("sign" * (CASE WHEN status = 'paid' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross",
		sum("sign" * (CASE WHEN status = 'paid' THEN refunded_amount ELSE 0 END)) AS "refunded",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '7 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_7",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '30 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_30",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '90 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_90"
		FROM (SELECT 1 AS "sign", * FROM "after_rows") AS "changed"
		CROSS JOIN LATERAL (VALUES ('hour', date_trunc('hour', "presented_at", 'UTC')), ('day', date_trunc('day', "presented_at", 'UTC'))) AS "spans" ("span", "starts_at")
		GROUP BY 1, 2, 3, 4, 5, 6
	) AS "delta"
	WHERE ("presented", "viewed", "accepted", "declined", "expired", "withdrawn", "paid", "recovered", "scheduled", "ever_paid", "gross", "refunded", "gross_7", "gross_30", "gross_90") IS DISTINCT FROM (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "presentations_sums_on_insert" AFTER INSERT ON "presentations" REFERENCING NEW TABLE AS "after_rows" FOR EACH STATEMENT EXECUTE FUNCTION "presentations_sums_on_insert"();--> statement-breakpoint
CREATE FUNCTION "presentations_sums_on_update"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO "presentation_sums" ("span", "starts_at", "offer_id", "funnel_id", "step", "currency", "presented", "viewed", "accepted", "declined", "expired", "withdrawn", "paid", "recovered", "scheduled", "ever_paid", "gross", "refunded", "gross_7", "gross_30", "gross_90")
	SELECT * FROM (
		SELECT "spans"."span", "spans"."starts_at", offer_id, funnel_id, step, coalesce("paid_currency", "currency") AS currency,
		sum("sign" * (1)) AS "presented",
		sum("sign" * ((viewed_at IS NOT NULL)::int)) AS "viewed",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'accepted')::int)) AS "accepted",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'declined')::int)) AS "declined",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'expired')::int)) AS "expired",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'withdrawn')::int)) AS "withdrawn",
		sum("sign" * ((status = 'paid')::int)) AS "paid",
		sum("sign" * ((status = 'paid' AND recovered)::int)) AS "recovered",
		sum("sign" * ((status = 'scheduled')::int)) AS "scheduled",
		sum("sign" * ((paid_at IS NOT NULL)::int)) AS "ever_paid",
		sum("sign" * (CASE WHEN status = 'paid' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross",
		sum("sign" * (CASE WHEN status = 'paid' THEN refunded_amount ELSE 0 END)) AS "refunded",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '7 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_7",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '30 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_30",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '90 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_90"
		FROM (SELECT 1 AS "sign", * FROM "after_rows" UNION ALL SELECT -1, * FROM "before_rows") AS "changed"
		CROSS JOIN LATERAL (VALUES ('hour', date_trunc('hour', "presented_at", 'UTC')), ('day', date_trunc('day', "presented_at", 'UTC'))) AS "spans" ("span", "starts_at")
		GROUP BY 1, 2, 3, 4, 5, 6
	) AS "delta"
	WHERE ("presented", "viewed", "accepted", "declined", "expired", "withdrawn", "paid", "recovered", "scheduled", "ever_paid", "gross", "refunded", "gross_7", "gross_30", "gross_90") IS DISTINCT FROM (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "presentations_sums_on_update" AFTER UPDATE ON "presentations" REFERENCING OLD TABLE AS "before_rows" NEW TABLE AS "after_rows" FOR EACH STATEMENT EXECUTE FUNCTION "presentations_sums_on_update"();--> statement-breakpoint
CREATE FUNCTION "presentations_sums_on_delete"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO "presentation_sums" ("span", "starts_at", "offer_id", "funnel_id", "step", "currency", "presented", "viewed", "accepted", "declined", "expired", "withdrawn", "paid", "recovered", "scheduled", "ever_paid", "gross", "refunded", "gross_7", "gross_30", "gross_90")
	SELECT * FROM (
		SELECT "spans"."span", "spans"."starts_at", offer_id, funnel_id, step, coalesce("paid_currency", "currency") AS currency,
		sum("sign" * (1)) AS "presented",
		sum("sign" * ((viewed_at IS NOT NULL)::int)) AS "viewed",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'accepted')::int)) AS "accepted",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'declined')::int)) AS "declined",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'expired')::int)) AS "expired",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'withdrawn')::int)) AS "withdrawn",
		sum("sign" * ((status = 'paid')::int)) AS "paid",
		sum("sign" * ((status = 'paid' AND recovered)::int)) AS "recovered",
		sum("sign" * ((status = 'scheduled')::int)) AS "scheduled",
		sum("sign" * ((paid_at IS NOT NULL)::int)) AS "ever_paid",
		sum("sign" * (CASE WHEN status = 'paid' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross",
		sum("sign" * (CASE WHEN status = 'paid' THEN refunded_amount ELSE 0 END)) AS "refunded",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '7 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_7",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '30 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_30",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '90 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_90"
		FROM (SELECT -1 AS "sign", * FROM "before_rows") AS "changed"
		CROSS JOIN LATERAL (VALUES ('hour', date_trunc('hour', "presented_at", 'UTC')), ('day', date_trunc('day', "presented_at", 'UTC'))) AS "spans" ("span", "starts_at")
		GROUP BY 1, 2, 3, 4, 5, 6
	) AS "delta"
	WHERE ("presented", "viewed", "accepted", "declined", "expired", "withdrawn", "paid", "recovered", "scheduled", "ever_paid", "gross", "refunded", "gross_7", "gross_30", "gross_90") IS DISTINCT FROM (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "presentations_sums_on_delete" AFTER DELETE ON "presentations" REFERENCING OLD TABLE AS "before_rows" FOR EACH STATEMENT EXECUTE FUNCTION "presentations_sums_on_delete"();--> statement-breakpoint
INSERT INTO "presentation_sums" ("span", "starts_at", "offer_id", "funnel_id", "step", "currency", "presented", "viewed", "accepted", "declined", "expired", "withdrawn", "paid", "recovered", "scheduled", "ever_paid", "gross", "refunded", "gross_7", "gross_30", "gross_90")
	SELECT * FROM (
		SELECT "spans"."span", "spans"."starts_at", offer_id, funnel_id, step, coalesce("paid_currency", "currency") AS currency,
		sum("sign" * (1)) AS "presented",
		sum("sign" * ((viewed_at IS NOT NULL)::int)) AS "viewed",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'accepted')::int)) AS "accepted",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'declined')::int)) AS "declined",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'expired')::int)) AS "expired",
		sum("sign" * ((decision IS NOT DISTINCT FROM 'withdrawn')::int)) AS "withdrawn",
		sum("sign" * ((status = 'paid')::int)) AS "paid",
		sum("sign" * ((status = 'paid' AND recovered)::int)) AS "recovered",
		sum("sign" * ((status = 'scheduled')::int)) AS "scheduled",
		sum("sign" * ((paid_at IS NOT NULL)::int)) AS "ever_paid",
		sum("sign" * (CASE WHEN status = 'paid' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross",
		sum("sign" * (CASE WHEN status = 'paid' THEN refunded_amount ELSE 0 END)) AS "refunded",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '7 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_7",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '30 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_30",
		sum("sign" * (CASE WHEN paid_at < presented_at + interval '90 days' THEN coalesce(paid_amount, 0) ELSE 0 END)) AS "gross_90"
		FROM (SELECT 1 AS "sign", * FROM "presentations") AS "changed"
		CROSS JOIN LATERAL (VALUES ('hour', date_trunc('hour', "presented_at", 'UTC')), ('day', date_trunc('day', "presented_at", 'UTC'))) AS "spans" ("span", "starts_at")
		GROUP BY 1, 2, 3, 4, 5, 6
	) AS "delta"
	WHERE ("presented", "viewed", "accepted", "declined", "expired", "withdrawn", "paid", "recovered", "scheduled", "ever_paid", "gross", "refunded", "gross_7", "gross_30", "gross_90") IS DISTINCT FROM (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);--> statement-breakpoint
CREATE FUNCTION "purchases_sums_on_insert"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO "purchase_sums" ("span", "starts_at", "reason", "currency", "count", "amount")
	SELECT * FROM (
		SELECT "spans"."span", "spans"."starts_at", reason, currency,
		sum("sign" * (1)) AS "count",
		sum("sign" * (coalesce(amount, 0))) AS "amount"
		FROM (SELECT 1 AS "sign", * FROM "after_rows") AS "changed"
		CROSS JOIN LATERAL (VALUES ('hour', date_trunc('hour', "recorded_at", 'UTC')), ('day', date_trunc('day', "recorded_at", 'UTC'))) AS "spans" ("span", "starts_at")
		WHERE "reason" IS NOT NULL
		GROUP BY 1, 2, 3, 4
	) AS "delta"
	WHERE ("count", "amount") IS DISTINCT FROM (0, 0);
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "purchases_sums_on_insert" AFTER INSERT ON "purchases" REFERENCING NEW TABLE AS "after_rows" FOR EACH STATEMENT EXECUTE FUNCTION "purchases_sums_on_insert"();--> statement-breakpoint
CREATE FUNCTION "purchases_sums_on_update"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO "purchase_sums" ("span", "starts_at", "reason", "currency", "count", "amount")
	SELECT * FROM (
		SELECT "spans"."span", "spans"."starts_at", reason, currency,
		sum("sign" * (1)) AS "count",
		sum("sign" * (coalesce(amount, 0))) AS "amount"
		FROM (SELECT 1 AS "sign", * FROM "after_rows" UNION ALL SELECT -1, * FROM "before_rows") AS "changed"
		CROSS JOIN LATERAL (VALUES ('hour', date_trunc('hour', "recorded_at", 'UTC')), ('day', date_trunc('day', "recorded_at", 'UTC'))) AS "spans" ("span", "starts_at")
		WHERE "reason" IS NOT NULL
		GROUP BY 1, 2, 3, 4
	) AS "delta"
	WHERE ("count", "amount") IS DISTINCT FROM (0, 0);
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "purchases_sums_on_update" AFTER UPDATE ON "purchases" REFERENCING OLD TABLE AS "before_rows" NEW TABLE AS "after_rows" FOR EACH STATEMENT EXECUTE FUNCTION "purchases_sums_on_update"();--> statement-breakpoint
CREATE FUNCTION "purchases_sums_on_delete"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO "purchase_sums" ("span", "starts_at", "reason", "currency", "count", "amount")
	SELECT * FROM (
		SELECT "spans"."span", "spans"."starts_at", reason, currency,
		sum("sign" * (1)) AS "count",
		sum("sign" * (coalesce(amount, 0))) AS "amount"
		FROM (SELECT -1 AS "sign", * FROM "before_rows") AS "changed"
		CROSS JOIN LATERAL (VALUES ('hour', date_trunc('hour', "recorded_at", 'UTC')), ('day', date_trunc('day', "recorded_at", 'UTC'))) AS "spans" ("span", "starts_at")
		WHERE "reason" IS NOT NULL
		GROUP BY 1, 2, 3, 4
	) AS "delta"
	WHERE ("count", "amount") IS DISTINCT FROM (0, 0);
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "purchases_sums_on_delete" AFTER DELETE ON "purchases" REFERENCING OLD TABLE AS "before_rows" FOR EACH STATEMENT EXECUTE FUNCTION "purchases_sums_on_delete"();--> statement-breakpoint
INSERT INTO "purchase_sums" ("span", "starts_at", "reason", "currency", "count", "amount")
	SELECT * FROM (
		SELECT "spans"."span", "spans"."starts_at", reason, currency,
		sum("sign" * (1)) AS "count",
		sum("sign" * (coalesce(amount, 0))) AS "amount"
		FROM (SELECT 1 AS "sign", * FROM "purchases") AS "changed"
		CROSS JOIN LATERAL (VALUES ('hour', date_trunc('hour', "recorded_at", 'UTC')), ('day', date_trunc('day', "recorded_at", 'UTC'))) AS "spans" ("span", "starts_at")
		WHERE "reason" IS NOT NULL
		GROUP BY 1, 2, 3, 4
	) AS "delta"
	WHERE ("count", "amount") IS DISTINCT FROM (0, 0);
