import { timed, wasTimed } from '../harness/calls.ts';
import { formatNanoseconds, formatSpread, formatValue } from '../harness/format.ts';
import {
  type Case,
  type Finding,
  newCase,
  type PartResult,
  ratesOf,
  type Section,
  timesAsFast,
} from '../harness/measurement.ts';
import type { Plan } from '../harness/plan.ts';
import { insist } from '../harness/refusal.ts';
import { type Contender, inRounds } from '../harness/rounds.ts';
import { ratioOf, type Spread, spreadOf } from '../harness/statistics.ts';
import type { Asked, Side } from './allowed.ts';
import { checkSides } from './check-sides.ts';
import { engineSide, floorSide } from './engine.ts';
import { type GridPolicy, gridPolicy, gridRequests, MATCHES, type Manner, ORIGINS, RULES } from './grid.ts';
import { hostileLists } from './hostile-lists.ts';
import { corsSide, fastifySide, honoSide } from './peers.ts';

/** A place in the grid, with what was measured there. */
interface Cell {
  readonly policy: GridPolicy;
  readonly kind: Asked['kind'];
  readonly manner: Manner;
  readonly measured: Case;
}

const FLOOR = 'nothing';
const OURS = 'crossgate';
const PEERS = ['cors', '@fastify/cors', 'hono/cors'] as const;

/** What a decision costs, beside the functions that people put into their servers. */
export async function runDecide(plan: Plan): Promise<PartResult> {
  const cells: Cell[] = [];
  for (const match of MATCHES) {
    for (const perRule of ORIGINS) {
      const policies = RULES.map(ruleCount => gridPolicy(match, ruleCount, perRule));
      cells.push(...(await measureCells(policies, plan)));
    }
  }
  const lists = await measureLists(plan);
  insist(wasTimed(), () => 'nothing was called');
  return {
    sections: [...sectionsOf(cells), listSection(lists)],
    findings: [...cells.flatMap(cell => findingsOf(cell, cells)), ...listFindings(lists)],
    remarks: REMARKS,
    leftOut: [],
  };
}

const REMARKS = [
  'one process; the floor is a call that decides nothing: what calling and counting costs',
  'the profile of COS; origins of the policy in turns, evenly spread, or strangers (miss); the peers have one list of all origins, for they have no rules',
  'hostile: 16 KiB, as requested headers of which all are allowed, or as the origin of an actual request; the peers answer preflights without reading what is requested',
  'hono/cors is asynchronous and writes into a `Headers` of the web; it is awaited',
];

/** All policies that differ in the number of rules alone are in the same rounds. */
async function measureCells(policies: readonly GridPolicy[], plan: Plan): Promise<readonly Cell[]> {
  const places: {
    readonly name: string;
    readonly cell: Omit<Cell, 'measured'>;
    readonly sides: readonly Side[];
  }[] = [];
  for (const policy of policies) {
    for (const kind of ['preflight', 'actual'] as const) {
      for (const manner of ['plain', 'hostile'] as const) {
        const asked = gridRequests(policy, kind, manner);
        if (asked.length === 0) continue;
        const peers = [corsSide, fastifySide, honoSide].map(side => side(policy.peers, asked));
        const sides = [engineSide(policy.engine, asked), ...peers];
        const name = `${kind}, ${manner}, ${policy.match}, ${policy.ruleCount} x ${policy.perRule}`;
        await checkSides(name, policy.match, asked, sides);
        places.push({ name, cell: { policy, kind, manner }, sides: [floorSide(), ...sides] });
      }
    }
  }
  const contenders: Contender[] = [];
  for (const { sides } of places) {
    for (const { name, call } of sides) contenders.push(await timed(name, call, plan));
  }
  const series = await inRounds(contenders, plan);
  let first = 0;
  return places.map(({ name, cell, sides }) => {
    const own = series.slice(first, first + sides.length);
    first += sides.length;
    return { ...cell, measured: newCase(name, FLOOR, own, { ...plan, leastRequests: 1 }) };
  });
}

const PLAIN_TITLES = ['request', 'rules x origins', FLOOR, OURS, ...PEERS, `${OURS}, of cors`];

/** A table for each way to ask. */
function sectionsOf(cells: readonly Cell[]): readonly Section[] {
  return (['preflight', 'actual'] as const).flatMap(kind =>
    (['plain', 'hostile'] as const).map(manner => ({
      title: `${kind === 'preflight' ? 'Preflights' : 'Actual requests'}, ${manner}: what one decision costs`,
      table: {
        titles: PLAIN_TITLES,
        rows: cells
          .filter(cell => cell.kind === kind && cell.manner === manner)
          .map(({ policy, measured }) => [
            policy.match,
            `${policy.ruleCount} x ${policy.perRule}`,
            formatSpread(nanoseconds(measured, FLOOR), formatNanoseconds),
            ...[OURS, ...PEERS].map(name => formatSpread(nanoseconds(measured, name), formatNanoseconds)),
            formatSpread(timesAsFast(measured, OURS, 'cors'), value => formatValue(value, 'times')),
          ]),
      },
    })),
  );
}

function findingsOf(cell: Cell, cells: readonly Cell[]): readonly Finding[] {
  const { policy, kind, manner, measured } = cell;
  const findings: Finding[] = [];
  if (manner === 'plain') {
    findings.push({ target: 'decide-cors', of: measured.name, value: timesAsFast(measured, OURS, 'cors') });
  } else if (kind === 'preflight') {
    findings.push({ target: 'decide-hostile', of: measured.name, value: microseconds(measured, OURS) });
  }
  const base = cells.find(
    other =>
      other.policy.match === policy.match &&
      other.policy.perRule === policy.perRule &&
      other.policy.ruleCount === 1 &&
      other.kind === kind &&
      other.manner === manner,
  );
  if (policy.ruleCount === 100 && base) {
    const value = ratioOf(ratesOf(base.measured, OURS), ratesOf(measured, OURS));
    findings.push({ target: 'decide-growth', of: measured.name, value });
  }
  return findings;
}

function nanoseconds(measured: Case, contestant: string): Spread {
  return spreadOf(ratesOf(measured, contestant).map(rate => 1e9 / rate));
}

function microseconds(measured: Case, contestant: string): Spread {
  return spreadOf(ratesOf(measured, contestant).map(rate => 1e6 / rate));
}

async function measureLists(plan: Plan): Promise<Case> {
  const lists = hostileLists();
  for (const { name, decide, expected } of lists) {
    const { kind } = decide();
    insist(kind === expected, () => `crossgate answers '${kind}' to ${name}`);
  }
  const contenders = [await timed(FLOOR, floorSide().call, plan)];
  for (const { name, decide } of lists) contenders.push(await timed(name, decide, plan));
  return newCase('hostile header lists', FLOOR, await inRounds(contenders, plan), {
    ...plan,
    leastRequests: 1,
  });
}

function listSection(measured: Case): Section {
  return {
    title: 'Header lists of 16 KiB, 100 rules of 10 origins',
    table: {
      titles: ['list', 'cost'],
      rows: measured.series.map(({ contestant }) => [
        contestant === FLOOR ? `${FLOOR} (floor)` : contestant,
        formatSpread(nanoseconds(measured, contestant), formatNanoseconds),
      ]),
    },
  };
}

function listFindings(measured: Case): readonly Finding[] {
  return measured.series.flatMap(({ contestant }): readonly Finding[] =>
    contestant === FLOOR
      ? []
      : [{ target: 'decide-hostile', of: contestant, value: microseconds(measured, contestant) }],
  );
}
