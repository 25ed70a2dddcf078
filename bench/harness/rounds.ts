import type { Sample, Series } from './measurement.ts';
import type { Plan } from './plan.ts';

export interface Contender {
  readonly name: string;
  /** One turn. */
  readonly run: () => Promise<Sample>;
}

/**
 * Gives every contender one turn in each round, so that what disturbs the machine disturbs all of them. Every other
 * round goes backwards: nobody always comes after the same one.
 */
export async function inRounds(contenders: readonly Contender[], plan: Plan): Promise<readonly Series[]> {
  const samples = contenders.map((): Sample[] => []);
  for (let round = 0; round < plan.rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const at = round % 2 === 0 ? turn : contenders.length - 1 - turn;
      const sample = await contenders[at]?.run();
      if (sample) samples[at]?.push(sample);
    }
  }
  return contenders.map(({ name }, at) => ({ contestant: name, samples: samples[at] ?? [] }));
}
