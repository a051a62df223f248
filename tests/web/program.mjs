// A small program with everything that a scorecard can show: 24 partners whose figures grow with their number, bands
// that are released, a location with too few peers, a metric in which all are equal, and partners without a value.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const AS_OF = '2026-10-31';
export const EARLIER = '2026-09-30';

export const PARTNERS = Array.from({ length: 24 }, (_, at) => {
  const number = at + 1;
  const id = `p${String(number).padStart(2, '0')}`;
  return { number, id, name: `Partner ${id.slice(1)} Ltd` };
});

// Markup, if it were not written as text.
export const HOSTILE = PARTNERS[17];
HOSTILE.name = 'Søn & <script>document.title = "x"</script>';
// Nothing in it can be broken between two lines.
export const LONG = PARTNERS[8];
LONG.name = 'Donaudampfschifffahrtsgesellschaftskapitänspatentprüfungskommission'.repeat(2);
// Its subscription has expired: no seat is assigned.
export const SEATLESS = PARTNERS[2];

// These have a customer in Japan, too: fewer than the program asks for before it releases bands.
const IN_JAPAN = 5;
// The others have no answers to a survey.
const SURVEYED_FROM = 5;

// What a partner's customer in France brings in, in US dollars.
export const revenue = (partner) => partner.number * 1000.25;

export function writeProgram(folder) {
  mkdirSync(folder, { recursive: true });
  const write = (dataset, header, rows) => {
    const line = (cells) => cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(',');
    writeFileSync(join(folder, `${dataset}.csv`), [header, ...rows.map(line)].join('\n') + '\n');
  };
  const customers = PARTNERS.flatMap((partner) => {
    const places = partner.number <= IN_JAPAN ? ['FR', 'JP'] : ['FR'];
    return places.map((place) => ({ id: `${partner.id}-${place}`, place, partner }));
  });
  const each = (make) => customers.flatMap(make);

  write('products', 'product_id,name', [
    ['suite', 'Suite'],
    ['cloud', 'Cloud'],
  ]);
  write('workloads', 'workload_id,product_id,name', [
    ['mail', 'suite', 'Mail'],
    ['chat', 'suite', 'Chat'],
    ['compute', 'cloud', 'Compute'],
  ]);
  write('partners', 'partner_id,name,country,tier', PARTNERS.map(({ id, name }) => [id, name, 'FR', 'gold']));
  write('customers', 'customer_id,location_id', each(({ id, place }) => [[id, place]]));
  write('exams', 'exam_id,workload_id', [['exam', 'chat']]);
  write(
    'associations',
    'customer_id,partner_id,association_type,starts_on',
    each(({ id, partner }) => [[id, partner.id, 'DPOR', '2020-01-01']]),
  );
  write(
    'revenue',
    'event_id,customer_id,product_id,workload_id,license_type,occurred_on,amount,currency',
    each(({ id, partner }) => [[`${id}-r`, id, 'suite', 'chat', 'CSP', '2026-05-05', revenue(partner), 'USD']]),
  );
  write(
    'seat_changes',
    'event_id,customer_id,product_id,workload_id,license_type,occurred_on,seats_added,seats_lost',
    each(({ id, partner }) => [[`${id}-s`, id, 'suite', 'chat', 'CSP', '2026-03-01', partner.number * 10, 0]]),
  );
  write(
    'subscriptions',
    'subscription_id,customer_id,product_id,workload_id,status,seats_assigned,observed_on',
    each(({ id, partner }) => {
      const status = partner === SEATLESS ? 'expired' : 'active';
      return [[`${id}-sub`, id, 'suite', 'chat', status, partner.number * 4 + 3, '2026-08-01']];
    }),
  );
  write(
    'usage',
    'customer_id,user_id,product_id,workload_id,active_on',
    each(({ id, partner }) =>
      Array.from({ length: partner.number * 2 }, (_, user) => [id, `u${user}`, 'suite', 'chat', '2026-07-07']),
    ),
  );
  write(
    'instances',
    'customer_id,product_id,workload_id,production_instances,observed_on',
    each(({ id, partner }) => [[id, 'suite', 'chat', partner.number % 7, '2026-10-15']]),
  );
  write(
    'surveys',
    'response_id,customer_id,product_id,workload_id,responded_on,score',
    each(({ id, partner }) =>
      partner.number < SURVEYED_FROM
        ? []
        : [0, 1, 2].map((at) => [`${id}-n${at}`, id, 'suite', 'chat', '2026-06-01', (partner.number + at * 3) % 11]),
    ),
  );
  write(
    'certifications',
    'person_id,partner_id,exam_id,passed_on',
    PARTNERS.flatMap((partner) =>
      Array.from({ length: partner.number % 6 }, (_, at) => [`${partner.id}-h${at}`, partner.id, 'exam', '2025-12-12']),
    ),
  );
}
