-- The whole job of DATA.md on DuckDB: eight metrics of every partner in every slice, bands and ranks.
--
-- The reader of each dataset (`raw_<dataset>`) is a view that duckdb_peer.py makes, over Parquet files or over tables of
-- integers that it loaded before; what names a fact's customer, offering and user is filled in accordingly. `window_first`,
-- `as_of` and `gap_days` are variables. Keys are not settled: the generated program sends no key twice, which spares this side a
-- pass that Peerband always makes.
--
-- What makes it fast: ids become small integers at the scan; the partner of record is worked out once as intervals of
-- days, and most customers have one for the whole window; the users of a customer are grouped once, with a bit for
-- each offering, so that all distinct counts come from one grouping.

-- Everything is offering 0 and the world is location 0; the others follow. An offering's bit is its number.
create temp table offering as
with named as (
  select product_id, null as workload_id from raw_products
  union all
  select product_id, workload_id from raw_workloads
), numbered as (
  select product_id, workload_id, row_number() over (order by product_id, workload_id nulls first)::integer as offering
  from named
  union all
  select null, null, 0
)
select product_id, workload_id, offering, 1::bigint << offering as bit,
       case when product_id is null then 0 else min(offering) over (partition by product_id) end as product
from numbered;

create temp table offering_above as
select distinct o.offering, unnest([o.offering, o.product, 0]) as above from offering o;

create temp table location as
select location_id, parent_id, row_number() over (order by location_id)::integer as location from raw_locations;

create temp table location_above as
with recursive above(location, above, parent_id) as (
  select location, location, parent_id from location
  union all
  select a.location, p.location, p.parent_id from above a join location p on p.location_id = a.parent_id
)
select location, above from above
union all
select location, 0 from location;

create temp table partner as
select partner_id, row_number() over (order by partner_id)::integer as partner from raw_partners;

-- Associations that count, with the strength of their type.
create temp table association as
select c.customer_id, p.partner, t.strength, coalesce(o.offering, 0) as workload, a.starts_on,
       coalesce(a.ends_on, date '9999-12-31') as ends_on
from raw_associations a
join raw_customers c using (customer_id)
join partner p using (partner_id)
join precedence t using (association_type)
left join offering o on o.workload_id = a.workload_id
where a.starts_on < coalesce(a.ends_on, date '9999-12-31');

-- For each customer one timeline for facts that no named workload covers (0) and one for each named workload.
create temp table reign as
with timeline as (
  select distinct customer_id, 0 as workload from association
  union
  select customer_id, workload from association
), covering as (
  select t.customer_id, t.workload as timeline, a.* exclude (customer_id)
  from timeline t join association a on a.customer_id = t.customer_id and a.workload in (0, t.workload)
), turn as (
  select customer_id, timeline, starts_on as day from covering
  union
  select customer_id, timeline, ends_on from covering
), winner as (
  select t.customer_id, t.timeline, t.day,
         first(c.partner order by c.strength, c.workload = 0, c.starts_on desc, c.partner) as partner
  from turn t
  left join covering c on c.customer_id = t.customer_id and c.timeline = t.timeline
                      and c.starts_on <= t.day and t.day < c.ends_on
  group by all
), lasting as (
  select *, coalesce(lead(day) over (partition by customer_id, timeline order by day), date '9999-12-31') as until
  from winner
)
select customer_id, timeline, partner, day as from_day, until - 1 as to_day
from lasting
where partner is not null and day <= getvariable('as_of') and until > getvariable('window_first');

-- A customer with one partner for the whole window and no named workload needs no look at days.
create temp table customer as
with known as (
  select customer_id,
         bit_or(case when timeline <> 0 then 1::bigint << timeline else 0 end) as named,
         case when count(*) = 1 and min(timeline) = 0 and min(from_day) <= getvariable('window_first')
                   and max(to_day) >= getvariable('as_of')
              then min(partner) end as sole_partner
  from reign group by customer_id
), named as (
  select customer_id, bit_or(1::bigint << workload) as named from association where workload <> 0 group by customer_id
)
select c.customer_id, c.customer, l.location, coalesce(n.named, 0) as named, k.sole_partner
from (select *, row_number() over (order by customer_id)::integer as customer from raw_customers) c
join location l using (location_id)
join known k using (customer_id)
left join named n using (customer_id);

create temp table reign_of as
select c.customer, r.timeline, r.partner, r.from_day, r.to_day
from reign r join customer c using (customer_id) where c.sole_partner is null;

-- Users: who was active for whom, with a bit for each offering.
create temp table active as
with used as (
  select $key, $user, active_on
  from raw_usage
  where active_on between getvariable('window_first') and getvariable('as_of')
), placed as (
  select c.customer, c.sole_partner, c.named, $person as person, o.offering, o.bit, u.active_on
  from used u
  join customer c on $customer_of_u
  join offering o on $offering_of_u
)
select p.customer, p.person, coalesce(p.sole_partner, r.partner) as partner, bit_or(p.bit) as bits
from placed p
left join reign_of r on r.customer = case when p.sole_partner is null then p.customer end
                    and r.timeline = case when p.named & p.bit <> 0 then p.offering else 0 end
                    and p.active_on between r.from_day and r.to_day
where coalesce(p.sole_partner, r.partner) is not null
group by all;

-- Small facts by their offering, with the day on which they are attributed.
create temp table fact as
with fx as (
  select currency, rate_date, (rate::decimal(38, 9) * 1000000000)::hugeint as rate from raw_fx_rates
), money as (
  select r.*, (r.amount::decimal(38, 4) * 10000)::hugeint * coalesce(f.rate, 1000000000) as product
  from (select $key, occurred_on, amount, currency,
               coalesce(counts_as_new, true) as counts_as_new
        from raw_revenue
        where occurred_on between getvariable('window_first') and getvariable('as_of')) r
  asof left join fx f on f.currency = r.currency and f.rate_date <= r.occurred_on
), rounded as (
  -- Half to even on the absolute value, which is the same by symmetry.
  select *, abs(product) // 1000000000 as whole, abs(product) % 1000000000 as rest from money
), subscription as (
  select $key, status, seats_assigned
  from raw_subscriptions
  where observed_on between getvariable('window_first') and getvariable('as_of')
  qualify row_number() over (partition by subscription_id order by observed_on desc) = 1
), instance as (
  select $key, arg_max(production_instances, observed_on) as production_instances
  from raw_instances
  where observed_on between getvariable('window_first') and getvariable('as_of')
  group by $key
), every as (
  select $key, occurred_on as day,
         case when counts_as_new then
           sign(product)::bigint * (whole + case when rest > 500000000 or (rest = 500000000 and whole % 2 = 1)
                                                 then 1 else 0 end)::bigint
         else 0 end as revenue,
         0 as seats_net, 0 as instances, 0 as seats_assigned, 0 as promoters, 0 as detractors, 0 as responses
  from rounded
  union all
  select $key, occurred_on, 0,
         case when coalesce(paid, true) then seats_added - seats_lost else 0 end, 0, 0, 0, 0, 0
  from raw_seat_changes
  where occurred_on between getvariable('window_first') and getvariable('as_of')
  union all
  select $key, getvariable('as_of'), 0, 0, production_instances, 0, 0, 0, 0
  from instance
  union all
  select $key, getvariable('as_of'), 0, 0, 0,
         case when status in ('active', 'grace') then seats_assigned else 0 end, 0, 0, 0
  from subscription
  union all
  select $key, responded_on, 0, 0, 0, 0,
         (score >= 9)::integer, (score <= 6)::integer, 1
  from raw_surveys
  where responded_on between getvariable('window_first') and getvariable('as_of')
), placed as (
  select c.customer, c.sole_partner, c.location, o.offering,
         case when c.named & o.bit <> 0 then o.offering else 0 end as timeline,
         e.* exclude ($key)
  from every e
  join customer c on $customer_of_e
  join offering o on $offering_of_e
)
select coalesce(p.sole_partner, r.partner) as partner, p.location, p.offering, sum(revenue)::hugeint as revenue,
       sum(seats_net)::bigint as seats_net, sum(instances)::bigint as instances,
       sum(seats_assigned)::bigint as seats_assigned, sum(promoters)::bigint as promoters,
       sum(detractors)::bigint as detractors, sum(responses)::bigint as responses
from placed p
left join reign_of r on p.sole_partner is null and r.customer = p.customer and r.timeline = p.timeline
                    and p.day between r.from_day and r.to_day
where coalesce(p.sole_partner, r.partner) is not null
group by all;

-- Customers added. A total changes only on days with rows, so an add is such a day with a total of at least 1, and the
-- last day before it with such a total lies more than the gap back.
create temp table added as
with paid as (
  select c.customer, c.location, c.sole_partner, o.offering, o.bit, c.named, s.occurred_on as day, s.seats_added,
         s.seats_added - s.seats_lost as net
  from raw_seat_changes s
  join customer c on $customer_of_s
  join offering o on $offering_of_s
  where coalesce(s.paid, true) and s.occurred_on <= getvariable('as_of')
), daily as (
  select p.customer, a.above as offering, p.day, sum(p.net) as net
  from paid p join offering_above a using (offering)
  group by all
), running as (
  select customer, offering, day,
         sum(net) over (partition by customer, offering order by day) as total,
         lead(day) over (partition by customer, offering order by day) as next_day
  from daily
), held as (
  select customer, offering, day, total,
         max(case when total >= 1 then next_day - 1 end) over (
           partition by customer, offering order by day rows between unbounded preceding and 1 preceding
         ) as last_held
  from running
), add_day as (
  select customer, offering, day from held
  where total >= 1 and day >= getvariable('window_first')
    and (last_held is null or last_held < day - getvariable('gap_days')::integer)
), adding as (
  select p.customer, p.location, a.above as offering, p.day, coalesce(p.sole_partner, r.partner) as partner
  from paid p
  join offering_above a using (offering)
  left join reign_of r on p.sole_partner is null and r.customer = p.customer
                      and r.timeline = case when p.named & p.bit <> 0 then p.offering else 0 end
                      and p.day between r.from_day and r.to_day
  where p.seats_added > 0 and p.day >= getvariable('window_first')
)
select a.partner, a.location, a.offering, count(distinct a.customer) as new_customers
from adding a
join add_day d on d.customer = a.customer and d.offering = a.offering and d.day = a.day
where a.partner is not null
group by all;

-- Totals by partner, offering and the customers' own locations, then by every location above.
create temp table own as
with mask as (
  select a.above as offering, bit_or(o.bit) as bits
  from offering_above a join offering o using (offering) group by a.above
), active_group as (
  select a.partner, c.location, a.bits, count(*) as people
  from active a join customer c using (customer)
  group by all
), users as (
  select a.partner, a.location, m.offering, sum(a.people)::bigint as users
  from active_group a join mask m on a.bits & m.bits <> 0
  group by all
), every as (
  select partner, location, offering, users, 0 as new_customers, 0::hugeint as revenue, 0 as seats_net, 0 as instances,
         0 as seats_assigned, 0 as promoters, 0 as detractors, 0 as responses
  from users
  union all
  select partner, location, offering, 0, new_customers, 0, 0, 0, 0, 0, 0, 0 from added
  union all
  select f.partner, f.location, a.above, 0, 0, f.revenue, f.seats_net, f.instances, f.seats_assigned, f.promoters,
         f.detractors, f.responses
  from fact f join offering_above a using (offering)
)
select partner, location, offering, sum(users)::bigint as users, sum(new_customers)::bigint as new_customers,
       sum(revenue)::hugeint as revenue, sum(seats_net)::bigint as seats_net, sum(instances)::bigint as instances,
       sum(seats_assigned)::bigint as seats_assigned, sum(promoters)::bigint as promoters,
       sum(detractors)::bigint as detractors, sum(responses)::bigint as responses
from every
group by all;

create temp table total as
select o.offering, a.above as location, o.partner, sum(users)::bigint as users,
       sum(new_customers)::bigint as new_customers, sum(revenue)::hugeint as revenue,
       sum(seats_net)::bigint as seats_net, sum(instances)::bigint as instances,
       sum(seats_assigned)::bigint as seats_assigned, sum(promoters)::bigint as promoters,
       sum(detractors)::bigint as detractors, sum(responses)::bigint as responses
from own o join location_above a using (location)
group by all;

-- Certified people by partner and offering.
create temp table certified as
select p.partner, a.above as offering, count(distinct c.person_id) as people
from raw_certifications c
join partner p using (partner_id)
join raw_exams e using (exam_id)
join offering o on o.workload_id = e.workload_id
join offering_above a on a.offering = o.offering
where c.passed_on <= getvariable('as_of')
  and (c.expires_on is null or getvariable('as_of') < c.expires_on)
  and (e.counts_until is null or getvariable('as_of') < e.counts_until)
group by all;

-- Scorecards: a value for each metric. Ratios are compared as floats, which is exact as long as both sides are below
-- 2^26: two different ones then differ by more than one part in 2^52. duckdb_peer.py checks `largest_ratio_part`.
create temp table scorecard as
select coalesce(t.offering, c.offering) as offering, coalesce(t.location, 0) as location,
       coalesce(t.partner, c.partner) as partner,
       t.revenue, t.new_customers, t.seats_net, coalesce(c.people, 0) as certified_people, t.instances, t.users,
       t.users / nullif(12 * t.seats_assigned, 0) as users_per_seat,
       (t.promoters - t.detractors) / nullif(t.responses, 0) as nps
from total t
full join (select *, 0 as location from certified) c
  on c.offering = t.offering and c.partner = t.partner and c.location = t.location
where t.location = 0 or t.location is null
union all
select t.offering, t.location, t.partner, t.revenue, t.new_customers, t.seats_net, coalesce(c.people, 0),
       t.instances, t.users, t.users / nullif(12 * t.seats_assigned, 0),
       (t.promoters - t.detractors) / nullif(t.responses, 0)
from total t
left join certified c on c.offering = t.offering and c.partner = t.partner
where t.location <> 0;

create temp table ratio_part as
select greatest(max(users), max(12 * seats_assigned), max(responses)) as largest from total;
