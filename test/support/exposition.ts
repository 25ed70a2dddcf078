/** Reads the text exposition of Prometheus (format 0.0.4), strictly: what is not well-formed throws. */

export interface Exposition {
  /** By name and labels as they are written. */
  readonly samples: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, string>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(`^((${NAME})(?:\\{${LABEL}(?:,${LABEL})*\\})?) ([0-9.e+-]+)$`);
const HELP = new RegExp(`^# HELP (${NAME}) .+$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`);

export function parseExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('the last line has no line feed');
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  const described = new Set<string>();
  for (const line of text.slice(0, -1).split('\n')) {
    const help = HELP.exec(line)?.[1];
    const [, typed, type] = TYPE.exec(line) ?? [];
    const [, sample, name, value] = SAMPLE.exec(line) ?? [];
    if (help !== undefined) {
      if (described.has(help)) throw new Error(`${help} is described twice`);
      described.add(help);
    } else if (typed !== undefined && type !== undefined) {
      if (types.has(typed)) throw new Error(`${typed} has two types`);
      types.set(typed, type);
    } else if (sample !== undefined && name !== undefined) {
      if (samples.has(sample)) throw new Error(`there are two samples ${sample}`);
      if (!types.has(name) && !types.has(name.replace(/_(?:bucket|sum|count)$/, ''))) {
        throw new Error(`${name} has no type`);
      }
      samples.set(sample, Number(value));
    } else {
      throw new Error(`this is no line of an exposition: ${line}`);
    }
  }
  return { samples, types };
}

/** How many requests were counted so. */
export function requestCount(
  { samples }: Exposition,
  labels: Readonly<Record<'kind' | 'outcome' | 'reason', string>> & { readonly dialect?: string },
): number {
  const { dialect = 'cos', kind, outcome, reason } = labels;
  const text = `{dialect="${dialect}",kind="${kind}",outcome="${outcome}",reason="${reason}"}`;
  return samples.get(`crossgate_requests_total${text}`) ?? 0;
}
