-- The whole job of DATA.md on PostgreSQL, by the plan of duckdb.sql, over tables of integers that postgres_peer.py loaded.
-- `:as_of`, `:window_first` and `:gap_days` are filled in. Working tables are unlogged.

set client_min_messages = warning; drop table if exists reign, sole, reign_of, active, fact, added, own, total, certified, scorecard cascade;

create unlogged table reign as
with timeline as (
  select customer, 0 as timeline from association
  union
  select customer, workload from association
), covering as (
  select t.timeline, a.*
  from timeline t join association a on a.customer = t.customer and a.workload in (0, t.timeline)
), turn as (
  select customer, timeline, starts_on as day from covering
  union
  select customer, timeline, ends_on from covering
), winner as (
  select t.customer, t.timeline, t.day,
         (array_agg(c.partner order by c.strength, c.workload = 0, c.starts_on desc, c.partner))[1] as partner
  from turn t
  left join covering c on c.customer = t.customer and c.timeline = t.timeline
                      and c.starts_on <= t.day and t.day < c.ends_on
  group by t.customer, t.timeline, t.day
), lasting as (
  select *, coalesce(lead(day) over (partition by customer, timeline order by day), date '9999-12-31') as until
  from winner
)
select customer, timeline, partner, day as from_day, until - 1 as to_day
from lasting
where partner is not null and day <= :as_of and until > :window_first;

create unlogged table sole as
with known as (
  select customer,
         case when count(*) = 1 and min(timeline) = 0 and min(from_day) <= :window_first and max(to_day) >= :as_of
              then min(partner) end as sole_partner
  from reign group by customer
), named as (
  select customer, bit_or(1::bigint << workload) as named from association where workload <> 0 group by customer
)
select c.customer, c.location, coalesce(n.named, 0) as named, k.sole_partner
from customer c join known k using (customer) left join named n using (customer);

create unlogged table reign_of as
select r.* from reign r join sole s using (customer) where s.sole_partner is null;
create index on reign_of (customer, timeline);
analyze reign_of, sole;

create unlogged table active as
select u.customer, u.person, coalesce(c.sole_partner, r.partner) as partner, bit_or(o.bit) as bits
from usage u
join sole c using (customer)
join offering o using (offering)
left join reign_of r on c.sole_partner is null and r.customer = u.customer
                    and r.timeline = case when c.named & o.bit <> 0 then u.offering else 0 end
                    and u.active_on between r.from_day and r.to_day
where u.active_on between :window_first and :as_of and coalesce(c.sole_partner, r.partner) is not null
group by u.customer, u.person, coalesce(c.sole_partner, r.partner);

create unlogged table fact as
with day as (
  select generate_series(:window_first::timestamp, :as_of, interval '1 day')::date as day
), fx as (
  select d.day, c.currency, (select f.rate from fx_rates f where f.currency = c.currency and f.rate_date <= d.day
                             order by f.rate_date desc limit 1) as rate
  from day d cross join (select distinct currency from fx_rates) c
), money as (
  select r.customer, r.offering, r.occurred_on as day, r.counts_as_new,
         r.amount::numeric * coalesce(f.rate, 1000000000) as product
  from revenue r left join fx f on f.currency = r.currency and f.day = r.occurred_on
  where r.occurred_on between :window_first and :as_of
), every as (
  select customer, offering, day,
         case when counts_as_new then
           sign(product) * (div(abs(product), 1000000000)
             + case when mod(abs(product), 1000000000) > 500000000
                      or (mod(abs(product), 1000000000) = 500000000 and mod(div(abs(product), 1000000000), 2) = 1)
                    then 1 else 0 end)
         else 0 end as revenue,
         0 as seats_net, 0 as instances, 0 as seats_assigned, 0 as promoters, 0 as detractors, 0 as responses
  from money
  union all
  select customer, offering, occurred_on, 0, case when paid then seats_added - seats_lost else 0 end, 0, 0, 0, 0, 0
  from seat_changes where occurred_on between :window_first and :as_of
  union all
  (select distinct on (customer, offering) customer, offering, :as_of::date, 0, 0, production_instances, 0, 0, 0, 0
   from instances where observed_on between :window_first and :as_of
   order by customer, offering, observed_on desc)
  union all
  (select distinct on (subscription_id) customer, offering, :as_of::date, 0, 0, 0,
          case when status in ('active', 'grace') then seats_assigned else 0 end, 0, 0, 0
   from subscriptions where observed_on between :window_first and :as_of
   order by subscription_id, observed_on desc)
  union all
  select customer, offering, responded_on, 0, 0, 0, 0, (score >= 9)::integer, (score <= 6)::integer, 1
  from surveys where responded_on between :window_first and :as_of
)
select coalesce(c.sole_partner, r.partner) as partner, c.location, e.offering, sum(e.revenue) as revenue,
       sum(e.seats_net) as seats_net, sum(e.instances) as instances, sum(e.seats_assigned) as seats_assigned,
       sum(e.promoters) as promoters, sum(e.detractors) as detractors, sum(e.responses) as responses
from every e
join sole c using (customer)
join offering o using (offering)
left join reign_of r on c.sole_partner is null and r.customer = e.customer
                    and r.timeline = case when c.named & o.bit <> 0 then e.offering else 0 end
                    and e.day between r.from_day and r.to_day
where coalesce(c.sole_partner, r.partner) is not null
group by 1, 2, 3;

create unlogged table added as
with paid as (
  select s.customer, c.location, c.sole_partner, s.offering, o.bit, c.named, s.occurred_on as day, s.seats_added,
         s.seats_added - s.seats_lost as net
  from seat_changes s join sole c using (customer) join offering o using (offering)
  where s.paid and s.occurred_on <= :as_of
), daily as (
  select p.customer, a.above as offering, p.day, sum(p.net) as net
  from paid p join offering_above a using (offering)
  group by 1, 2, 3
), running as (
  select customer, offering, day, sum(net) over w as total, lead(day) over w as next_day
  from daily window w as (partition by customer, offering order by day)
), held as (
  select customer, offering, day, total,
         max(case when total >= 1 then next_day - 1 end) over (
           partition by customer, offering order by day rows between unbounded preceding and 1 preceding
         ) as last_held
  from running
), add_day as (
  select customer, offering, day from held
  where total >= 1 and day >= :window_first and (last_held is null or last_held < day - :gap_days)
), adding as (
  select p.customer, p.location, a.above as offering, p.day, coalesce(p.sole_partner, r.partner) as partner
  from paid p
  join offering_above a using (offering)
  left join reign_of r on p.sole_partner is null and r.customer = p.customer
                      and r.timeline = case when p.named & p.bit <> 0 then p.offering else 0 end
                      and p.day between r.from_day and r.to_day
  where p.seats_added > 0 and p.day >= :window_first
)
select a.partner, a.location, a.offering, count(distinct a.customer) as new_customers
from adding a join add_day d using (customer, offering, day)
where a.partner is not null
group by 1, 2, 3;

create unlogged table own as
with mask as (
  select a.above as offering, bit_or(o.bit) as bits
  from offering_above a join offering o using (offering) group by a.above
), every as (
  select a.partner, a.location, m.offering, sum(a.people) as users, 0 as new_customers, 0 as revenue, 0 as seats_net,
         0 as instances, 0 as seats_assigned, 0 as promoters, 0 as detractors, 0 as responses
  from (select a.partner, c.location, a.bits, count(*) as people
        from active a join sole c using (customer) group by 1, 2, 3) a
  join mask m on a.bits & m.bits <> 0
  group by 1, 2, 3
  union all
  select partner, location, offering, 0, new_customers, 0, 0, 0, 0, 0, 0, 0 from added
  union all
  select f.partner, f.location, a.above, 0, 0, f.revenue, f.seats_net, f.instances, f.seats_assigned, f.promoters,
         f.detractors, f.responses
  from fact f join offering_above a using (offering)
)
select partner, location, offering, sum(users) as users, sum(new_customers) as new_customers, sum(revenue) as revenue,
       sum(seats_net) as seats_net, sum(instances) as instances, sum(seats_assigned) as seats_assigned,
       sum(promoters) as promoters, sum(detractors) as detractors, sum(responses) as responses
from every group by 1, 2, 3;

create unlogged table total as
select o.offering, a.above as location, o.partner, sum(users)::bigint as users,
       sum(new_customers)::bigint as new_customers, sum(revenue) as revenue, sum(seats_net)::bigint as seats_net,
       sum(instances)::bigint as instances, sum(seats_assigned)::bigint as seats_assigned,
       sum(promoters)::bigint as promoters, sum(detractors)::bigint as detractors, sum(responses)::bigint as responses
from own o join location_above a using (location)
group by 1, 2, 3;

create unlogged table certified as
select c.partner, a.above as offering, count(distinct c.person_id) as people
from certifications c
join exams e using (exam_id)
join offering_above a on a.offering = e.offering
where c.passed_on <= :as_of and (c.expires_on is null or :as_of < c.expires_on)
  and (e.counts_until is null or :as_of < e.counts_until)
group by 1, 2;

-- Ratios are compared as floats, which is exact below 2^26 as duckdb.sql explains.
create unlogged table scorecard as
select t.offering, t.location, t.partner, t.revenue, t.new_customers, t.seats_net as net_paid_seats,
       coalesce(c.people, 0) as certified_people, t.instances as production_instances, t.users as monthly_active_users,
       t.users::float8 / nullif(12 * t.seats_assigned, 0) as mau_per_assigned_seat,
       (t.promoters - t.detractors)::float8 / nullif(t.responses, 0) as net_promoter_score
from total t left join certified c using (offering, partner)
union all
select c.offering, 0, c.partner, null, null, null, c.people, null, null, null, null
from certified c
where not exists (select from total t where t.location = 0 and t.offering = c.offering and t.partner = c.partner);
