-- The wall: the shipped version 1 by hand, on these tables, for bench/rescore.py. Parameters: at, zone,
-- version, deciders, learners, countries, soon.
--
-- Events are read once, a day is one of the zone, factors are floats, nothing is evaluated twice (OFFSET 0), and the result goes to
-- a narrow table with the indexes of leads_judgement, and the scores of the day beside it.
CREATE TABLE wall (lead_id bigint PRIMARY KEY, version_id bigint, fit smallint, intent smallint,
    total smallint, points smallint[], grade text, scored_at timestamptz, rescore_at timestamptz,
    below_since timestamptz) WITH (fillfactor = 70);
INSERT INTO wall SELECT id, 1, 0, 0, 0, '{}', '', now(), NULL, NULL FROM leads_lead;
CREATE INDEX wall_total ON wall (total DESC, lead_id DESC);
CREATE INDEX wall_due ON wall (rescore_at) WHERE rescore_at IS NOT NULL;
CREATE INDEX wall_version ON wall (version_id, lead_id);
CREATE TABLE wall_day (lead_id bigint, day date, fit smallint, intent smallint, total smallint,
    version_id bigint, PRIMARY KEY (lead_id, day));
-- Timed: what is computed.
SELECT r.id, r.points,
    least(greatest(r.points[1] + r.points[2] + r.points[3] + r.points[4] + r.points[5]
        + r.points[6], 0), 50) AS fit,
    least(greatest(r.points[7] + r.points[8] + r.points[9] + r.points[10] + r.points[11]
        + r.points[12] + r.points[13] + r.points[14] + r.points[15] + r.points[16], 0), 50) AS intent
FROM (
    SELECT l.id, ARRAY[
        CASE WHEN l.job_title_key LIKE ANY(%(deciders)s) THEN 15 ELSE 0 END,
        CASE WHEN c.employees BETWEEN 10 AND 49 THEN 4 WHEN c.employees BETWEEN 50 AND 199 THEN 10
             WHEN c.employees BETWEEN 200 AND 1000 THEN 15 WHEN c.employees > 1000 THEN 12
             ELSE 0 END,
        CASE WHEN l.country = ANY(%(countries)s) THEN 10 ELSE 0 END,
        CASE WHEN l.email_kind = 'work' THEN 10 ELSE 0 END,
        CASE WHEN l.email_kind = 'free' THEN -5 ELSE 0 END,
        CASE WHEN l.job_title_key LIKE ANY(%(learners)s) THEN -30 ELSE 0 END,
        coalesce(round(25 * e.demo), 0)::int,
        CASE WHEN e.calls > 0 THEN 20 ELSE 0 END,
        CASE WHEN e.pricing >= 3 THEN 15 ELSE 0 END,
        least(round(8 * coalesce(e.webinars, 0)), 16)::int,
        least(round(5 * coalesce((
            SELECT sum(1 - day.d / 60.0::float8)
            FROM (SELECT min(seen & 255) AS d FROM unnest(e.downloads) AS seen GROUP BY seen >> 8)
                AS day), 0)), 10)::int,
        least(2 * coalesce(e.clicks, 0), 6)::int,
        CASE WHEN e.chats > 0 THEN 6 ELSE 0 END,
        CASE WHEN e.days >= 3 THEN 6 ELSE 0 END,
        CASE WHEN l.attributes->>'purchase_timeline' = ANY(%(soon)s) THEN 10 ELSE 0 END,
        CASE WHEN e.unsubscribed > 0 THEN -15 ELSE 0 END]::smallint[] AS points
    FROM leads_lead l LEFT JOIN leads_company c ON c.id = l.company_id
    LEFT JOIN (
        SELECT lead_id,
            max(CASE WHEN type = 'demo_request' AND d < 90 THEN power(0.5::float8, d / 30.0::float8)
                END) AS demo,
            count(*) FILTER (WHERE type = 'call_booked' AND d < 30) AS calls,
            count(*) FILTER (WHERE type = 'page_view' AND d < 7
                AND property_keys->>'path' LIKE ' / pricing%%') AS pricing,
            sum(CASE WHEN type = 'webinar_attended' AND d < 90
                THEN power(0.5::float8, d / 45.0::float8) END) AS webinars,
            -- Of each day the newest.
            array_agg((day << 8) + d) FILTER (WHERE type = 'download' AND d < 60) AS downloads,
            bit_count(bit_or(CASE WHEN type = 'email_click' AND d < 30 THEN 1::bigint << day END
                )::bit(64)) AS clicks,
            count(*) FILTER (WHERE type = 'chat' AND d < 30) AS chats,
            bit_count(bit_or(CASE WHEN d < 14 THEN 1::bigint << day END)::bit(64)) AS days,
            count(*) FILTER (WHERE type = 'unsubscribed' AND d < 180) AS unsubscribed
        FROM (
            SELECT lead_id, type, property_keys,
                floor((date_part('epoch', %(at)s::timestamptz) - date_part('epoch', occurred_at))
                    / 86400)::int AS d,
                ((%(at)s::timestamptz AT TIME ZONE %(zone)s)::date
                    - (occurred_at AT TIME ZONE %(zone)s)::date) & 63 AS day
            FROM leads_event WHERE occurred_at > %(at)s::timestamptz - interval '180 days'
        ) x GROUP BY lead_id
    ) e ON e.lead_id = l.id
    OFFSET 0
) r
-- Written:
WITH s AS MATERIALIZED (COMPUTED), scored AS (
    UPDATE wall AS w SET version_id = %(version)s, fit = s.fit, intent = s.intent,
        total = s.fit + s.intent, points = s.points, scored_at = %(at)s
    FROM s WHERE w.lead_id = s.id
)
INSERT INTO wall_day SELECT id, (%(at)s::timestamptz AT TIME ZONE %(zone)s)::date, fit, intent,
    fit + intent, %(version)s FROM s
