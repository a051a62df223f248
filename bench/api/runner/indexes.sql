-- What the peers need to find relations, and to look up as quickly as Peerband does.
ALTER TABLE scorecard ADD FOREIGN KEY (partner) REFERENCES partner (id);
ALTER TABLE scorecard ADD FOREIGN KEY (snapshot) REFERENCES snapshot (id);
ALTER TABLE scorecard ADD FOREIGN KEY (slice) REFERENCES slice (id);
-- The trend of a partner in a slice.
CREATE INDEX bench_scorecard_partner_slice ON scorecard (partner, slice, snapshot);
-- A leaderboard of a slice.
CREATE INDEX bench_scorecard_revenue ON scorecard (snapshot, slice, revenue_band, revenue DESC);
