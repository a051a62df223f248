-- The whole job of DATA.md on chDB (ClickHouse in the process), by the plan of duckdb.sql. Days are whole numbers since
-- 1970-01-01. chdb_peer.py fills in the readers of the raw files, the dates and the settings.

create table offering engine = Memory as
with numbered as (
  select product_id, workload_id,
         toInt32(row_number() over (order by product_id, workload_id)) as offering
  from (
    select toString(assumeNotNull(product_id)) as product_id, '' as workload_id from $products
    union all
    select toString(assumeNotNull(product_id)), toString(assumeNotNull(workload_id)) from $workloads
  )
)
select product_id, workload_id, offering, bitShiftLeft(toUInt64(1), offering) as bit,
       min(offering) over (partition by product_id) as product
from numbered;

create table offering_above engine = Memory as
select distinct offering, arrayJoin([offering, product, 0]) as above from offering;

create table mask engine = Memory as
select a.above as offering, groupBitOr(o.bit) as bits
from offering_above a join offering o on o.offering = a.offering group by a.above;

create table location engine = Memory as
select toString(assumeNotNull(location_id)) as location_id, ifNull(toString(parent_id), '') as parent_id,
       toInt32(row_number() over (order by location_id)) as location
from $locations;

-- At most six levels.
create table location_above engine = Memory as
with
  l1 as (select location, location as above, parent_id from location),
  l2 as (select a.location as location, p.location as above, p.parent_id as parent_id from l1 a join location p on p.location_id = a.parent_id),
  l3 as (select a.location as location, p.location as above, p.parent_id as parent_id from l2 a join location p on p.location_id = a.parent_id),
  l4 as (select a.location as location, p.location as above, p.parent_id as parent_id from l3 a join location p on p.location_id = a.parent_id),
  l5 as (select a.location as location, p.location as above, p.parent_id as parent_id from l4 a join location p on p.location_id = a.parent_id),
  l6 as (select a.location as location, p.location as above, p.parent_id as parent_id from l5 a join location p on p.location_id = a.parent_id)
select location, above from l1 union all select location, above from l2 union all select location, above from l3
union all select location, above from l4 union all select location, above from l5 union all select location, above from l6
union all select location, 0 from location;

create table partner engine = Memory as
select toString(assumeNotNull(partner_id)) as partner_id, toInt32(row_number() over (order by partner_id)) as partner
from $partners;

create table numbered_customer engine = Memory as
select c.customer_id as customer_id, toInt32(row_number() over (order by c.customer_id)) as customer, l.location as location
from (select toString(assumeNotNull(customer_id)) as customer_id, toString(assumeNotNull(location_id)) as location_id
      from $customers) c
join location l on l.location_id = c.location_id;

create table association engine = Memory as
select c.customer as customer, p.partner as partner,
       toInt32(indexOf($precedence, a.association_type)) as strength, o.offering as workload, a.starts_on as starts_on,
       a.ends_on as ends_on
from (
  select toString(assumeNotNull(customer_id)) as customer_id, toString(assumeNotNull(partner_id)) as partner_id,
         toString(assumeNotNull(association_type)) as association_type, ifNull(toString(workload_id), '') as workload_id,
         toInt32(assumeNotNull(starts_on)) as starts_on, ifNull(toInt32(ends_on), 2932896) as ends_on
  from $associations
) a
join numbered_customer c on c.customer_id = a.customer_id
join partner p on p.partner_id = a.partner_id
left join (select workload_id, offering from offering where workload_id <> '') o on o.workload_id = a.workload_id
where has($precedence, a.association_type) and a.starts_on < a.ends_on;

create table reign engine = Memory as
with timeline as (
  select distinct customer, timeline
  from (select customer, toInt32(0) as timeline from association union all select customer, workload from association)
), covering as (
  select t.customer as customer, t.timeline as timeline, a.partner as partner, a.strength as strength,
         a.workload as workload, a.starts_on as starts_on, a.ends_on as ends_on
  from timeline t join association a on a.customer = t.customer
  where a.workload = 0 or a.workload = t.timeline
), turn as (
  select distinct customer, timeline, day
  from (select customer, timeline, starts_on as day from covering
        union all select customer, timeline, ends_on from covering)
), winner as (
  select t.customer as customer, t.timeline as timeline, t.day as day,
         argMinIf(c.partner, (c.strength, c.workload = 0, -c.starts_on, c.partner),
                  c.starts_on <= t.day and t.day < c.ends_on) as partner
  from turn t join covering c on c.customer = t.customer and c.timeline = t.timeline
  group by customer, timeline, day
), lasting as (
  select *, leadInFrame(day, 1, toInt32(2932896)) over (
           partition by customer, timeline order by day rows between unbounded preceding and unbounded following
         ) as until
  from winner
)
select customer, timeline, partner, day as from_day, until
from lasting
where partner <> 0 and day <= $as_of and until > $window_first;

create table customer engine = Memory as
with known as (
  select customer,
         if(count() = 1 and min(timeline) = 0 and min(from_day) <= $window_first and max(until) > $as_of,
            min(partner), 0) as sole_partner
  from reign group by customer
), named as (
  select customer, groupBitOr(bitShiftLeft(toUInt64(1), workload)) as named from association where workload <> 0
  group by customer
)
select c.customer_id as customer_id, c.customer as customer, c.location as location, k.sole_partner as sole_partner,
       n.named as named
from numbered_customer c
join known k on k.customer = c.customer
left join named n on n.customer = c.customer;

create table reign_of engine = Memory as
select r.customer as customer, r.timeline as timeline, r.partner as partner, r.from_day as from_day, r.until as until
from reign r join customer c on c.customer = r.customer where c.sole_partner = 0;

create table own engine = Memory as
with fx as (
  select toString(assumeNotNull(currency)) as currency, toInt32(assumeNotNull(rate_date)) as rate_date,
         toInt128(toDecimal128(assumeNotNull(rate), 9) * 1000000000) as rate
  from $fx_rates
), used as (
  select toString(assumeNotNull(customer_id)) as customer_id, sipHash64(user_id) as person,
         toString(assumeNotNull(product_id)) as product_id, ifNull(toString(workload_id), '') as workload_id,
         toInt32(assumeNotNull(active_on)) as day
  from $usage
  where active_on between toDate32($window_first) and toDate32($as_of)
), placed_user as (
  select c.customer as customer, c.location as location, c.sole_partner as sole_partner, u.person as person,
         o.bit as bit, if(bitAnd(c.named, o.bit) <> 0, o.offering, 0) as timeline, u.day as day
  from used u
  join customer c on c.customer_id = u.customer_id
  join offering o on o.product_id = u.product_id and o.workload_id = u.workload_id
), active as (
  select customer, location, person, partner, groupBitOr(bit) as bits
  from (
    select p.customer as customer, p.location as location, p.person as person, p.bit as bit,
           if(p.sole_partner <> 0, p.sole_partner, if(p.day < r.until, r.partner, 0)) as partner
    from placed_user p
    asof left join reign_of r on r.customer = p.customer and r.timeline = p.timeline and p.day >= r.from_day
  )
  where partner <> 0
  group by customer, location, person, partner
), users as (
  select a.partner as partner, a.location as location, m.offering as offering, sum(a.people) as users
  from (select partner, location, bits, count() as people from active group by partner, location, bits) a
  cross join mask m
  where bitAnd(a.bits, m.bits) <> 0
  group by partner, location, offering
), money as (
  select r.customer_id as customer_id, r.product_id as product_id, r.workload_id as workload_id, r.day as day,
         r.counts_as_new as counts_as_new, r.amount * if(f.rate = 0, 1000000000, f.rate) as product,
         intDiv(abs(product), 1000000000) as whole, abs(product) % 1000000000 as rest
  from (
    select toString(assumeNotNull(customer_id)) as customer_id, toString(assumeNotNull(product_id)) as product_id,
           ifNull(toString(workload_id), '') as workload_id, toInt32(assumeNotNull(occurred_on)) as day,
           toString(assumeNotNull(currency)) as currency, ifNull(counts_as_new, true) as counts_as_new,
           toInt128(toDecimal128(assumeNotNull(amount), 4) * 10000) as amount
    from $revenue
    where occurred_on between toDate32($window_first) and toDate32($as_of)
  ) r
  asof left join fx f on f.currency = r.currency and r.day >= f.rate_date
), every as (
  select customer_id, product_id, workload_id, day,
         if(counts_as_new,
            toInt64(sign(product) * (whole + if(rest > 500000000 or (rest = 500000000 and whole % 2 = 1), 1, 0))),
            0) as revenue,
         toInt64(0) as seats_net, toInt64(0) as instances, toInt64(0) as seats_assigned, toInt64(0) as promoters,
         toInt64(0) as detractors, toInt64(0) as responses
  from money
  union all
  select toString(assumeNotNull(customer_id)), toString(assumeNotNull(product_id)), ifNull(toString(workload_id), ''),
         toInt32(assumeNotNull(occurred_on)), 0,
         if(ifNull(paid, true), toInt64(assumeNotNull(seats_added)) - toInt64(assumeNotNull(seats_lost)), 0), 0, 0, 0, 0, 0
  from $seat_changes
  where occurred_on between toDate32($window_first) and toDate32($as_of)
  union all
  select toString(assumeNotNull(customer_id)), toString(assumeNotNull(product_id)), ifNull(toString(workload_id), '') as workload,
         $as_of, 0, 0, toInt64(argMax(assumeNotNull(production_instances), observed_on)), 0, 0, 0, 0
  from $instances
  where observed_on between toDate32($window_first) and toDate32($as_of)
  group by customer_id, product_id, workload_id
  union all
  select newest.1, newest.2, newest.3, $as_of, 0, 0, 0, if(newest.4 in ('active', 'grace'), newest.5, 0), 0, 0, 0
  from (
    select argMax((toString(assumeNotNull(customer_id)), toString(assumeNotNull(product_id)),
                   ifNull(toString(workload_id), ''), toString(assumeNotNull(status)),
                   toInt64(assumeNotNull(seats_assigned))), observed_on) as newest
    from $subscriptions
    where observed_on between toDate32($window_first) and toDate32($as_of)
    group by subscription_id
  )
  union all
  select toString(assumeNotNull(customer_id)), toString(assumeNotNull(product_id)), ifNull(toString(workload_id), ''),
         toInt32(assumeNotNull(responded_on)), 0, 0, 0, 0, assumeNotNull(score) >= 9, assumeNotNull(score) <= 6, 1
  from $surveys
  where responded_on between toDate32($window_first) and toDate32($as_of)
), placed as (
  select c.customer as customer, c.location as location, c.sole_partner as sole_partner, o.offering as offering,
         if(bitAnd(c.named, o.bit) <> 0, o.offering, 0) as timeline, e.day as day, e.revenue as revenue,
         e.seats_net as seats_net, e.instances as instances, e.seats_assigned as seats_assigned,
         e.promoters as promoters, e.detractors as detractors, e.responses as responses
  from every e
  join customer c on c.customer_id = e.customer_id
  join offering o on o.product_id = e.product_id and o.workload_id = e.workload_id
), fact as (
  select if(p.sole_partner <> 0, p.sole_partner, if(p.day < r.until, r.partner, 0)) as partner,
         p.location as location, p.offering as offering, sum(p.revenue) as revenue, sum(p.seats_net) as seats_net,
         sum(p.instances) as instances, sum(p.seats_assigned) as seats_assigned, sum(p.promoters) as promoters,
         sum(p.detractors) as detractors, sum(p.responses) as responses
  from placed p
  asof left join reign_of r on r.customer = p.customer and r.timeline = p.timeline and p.day >= r.from_day
  group by partner, location, offering
  having partner <> 0
), paid as (
  select c.customer as customer, c.location as location, c.sole_partner as sole_partner, o.offering as offering,
         if(bitAnd(c.named, o.bit) <> 0, o.offering, 0) as timeline, s.day as day, s.seats_added as seats_added, s.net as net
  from (
    select toString(assumeNotNull(customer_id)) as customer_id, toString(assumeNotNull(product_id)) as product_id,
           ifNull(toString(workload_id), '') as workload_id, toInt32(assumeNotNull(occurred_on)) as day,
           assumeNotNull(seats_added) as seats_added,
           toInt64(assumeNotNull(seats_added)) - toInt64(assumeNotNull(seats_lost)) as net
    from $seat_changes
    where ifNull(paid, true) and occurred_on <= toDate32($as_of)
  ) s
  join customer c on c.customer_id = s.customer_id
  join offering o on o.product_id = s.product_id and o.workload_id = s.workload_id
), daily as (
  select p.customer as customer, a.above as offering, p.day as day, sum(p.net) as net
  from paid p join offering_above a on a.offering = p.offering
  group by customer, offering, day
), running as (
  select customer, offering, day,
         sum(net) over (partition by customer, offering order by day) as total,
         leadInFrame(day, 1, toInt32(2932896)) over (
           partition by customer, offering order by day rows between unbounded preceding and unbounded following
         ) - 1 as held_until
  from daily
), held as (
  select customer, offering, day, total,
         max(if(total >= 1, held_until, -2932896)) over (
           partition by customer, offering order by day rows between unbounded preceding and 1 preceding
         ) as last_held,
         row_number() over (partition by customer, offering order by day) as place
  from running
), add_day as (
  select customer, offering, day from held
  where total >= 1 and day >= $window_first and (place = 1 or last_held < day - $gap_days)
), adding as (
  select p.customer as customer, p.location as location, p.offering as own_offering, p.day as day,
         if(p.sole_partner <> 0, p.sole_partner, if(p.day < r.until, r.partner, 0)) as partner
  from (select * from paid where seats_added > 0 and day >= $window_first) p
  asof left join reign_of r on r.customer = p.customer and r.timeline = p.timeline and p.day >= r.from_day
), added as (
  select b.partner as partner, b.location as location, b.offering as offering, uniqExact(b.customer) as new_customers
  from (
    select a.customer as customer, a.location as location, a.partner as partner, a.day as day, o.above as offering
    from adding a join offering_above o on o.offering = a.own_offering
    where a.partner <> 0
  ) b
  join add_day d on d.customer = b.customer and d.offering = b.offering and d.day = b.day
  group by partner, location, offering
)
select partner, location, offering, sum(users) as users, sum(new_customers) as new_customers, sum(revenue) as revenue,
       sum(seats_net) as seats_net, sum(instances) as instances, sum(seats_assigned) as seats_assigned,
       sum(promoters) as promoters, sum(detractors) as detractors, sum(responses) as responses
from (
  select partner, location, offering, toInt64(users) as users, toInt64(0) as new_customers, toInt64(0) as revenue,
         toInt64(0) as seats_net, toInt64(0) as instances, toInt64(0) as seats_assigned, toInt64(0) as promoters,
         toInt64(0) as detractors, toInt64(0) as responses
  from users
  union all
  select partner, location, offering, 0, toInt64(new_customers), 0, 0, 0, 0, 0, 0, 0 from added
  union all
  select f.partner, f.location, a.above, 0, 0, f.revenue, f.seats_net, f.instances, f.seats_assigned, f.promoters,
         f.detractors, f.responses
  from fact f join offering_above a on a.offering = f.offering
)
group by partner, location, offering;

create table total engine = Memory as
select o.offering as offering, a.above as location, o.partner as partner, sum(o.users) as users,
       sum(o.new_customers) as new_customers, sum(o.revenue) as revenue, sum(o.seats_net) as seats_net,
       sum(o.instances) as instances, sum(o.seats_assigned) as seats_assigned, sum(o.promoters) as promoters,
       sum(o.detractors) as detractors, sum(o.responses) as responses
from own o join location_above a on a.location = o.location
group by offering, location, partner;

create table certified engine = Memory as
select p.partner as partner, a.above as offering, uniqExact(c.person_id) as people
from $certifications c
join $exams e on e.exam_id = c.exam_id
join partner p on p.partner_id = c.partner_id
join offering o on o.workload_id = e.workload_id
join offering_above a on a.offering = o.offering
where toInt32(c.passed_on) <= $as_of
  and (c.expires_on is null or $as_of < toInt32(c.expires_on))
  and (e.counts_until is null or $as_of < toInt32(e.counts_until))
group by partner, offering;

create table scorecard engine = Memory as
select t.offering as offering, t.location as location, t.partner as partner,
       toNullable(t.revenue) as revenue, toNullable(t.new_customers) as new_customers,
       toNullable(t.seats_net) as net_paid_seats, toInt64(c.people) as certified_people,
       toNullable(t.instances) as production_instances, toNullable(t.users) as monthly_active_users,
       if(t.seats_assigned = 0, null, t.users / (12 * t.seats_assigned)) as mau_per_assigned_seat,
       if(t.responses = 0, null, (t.promoters - t.detractors) / t.responses) as net_promoter_score
from total t left join certified c on c.offering = t.offering and c.partner = t.partner
union all
select c.offering, 0, c.partner, null, null, null, toInt64(c.people), null, null, null, null
from certified c
left anti join (select * from total where location = 0) t on t.offering = c.offering and t.partner = c.partner;
