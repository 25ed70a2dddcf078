import { writeSync } from 'node:fs';
import { describe } from 'vitest';

type Describe = (name: string, suite: () => void) => void;

/**
 * `describe` for a suite that needs what not every machine has. Where it is missing, the suite is skipped and says so in
 * its name and on standard error; with `CROSSGATE_REQUIRE=all` it fails instead.
 *
 * @param missing What is missing, or undefined when all is there.
 */
export function describeWith(missing: string | undefined): Describe {
  if (missing === undefined) return (name, suite) => describe(name, suite);
  return (name, suite) => {
    const { CROSSGATE_REQUIRE } = process.env;
    if (CROSSGATE_REQUIRE === 'all') {
      describe(name, () => {
        throw new Error(`${missing}, and CROSSGATE_REQUIRE=all forbids to skip what needs it`);
      });
      return;
    }
    // Past the test runner, which holds back what skipped suites write.
    writeSync(2, `\nSKIPPED: ${name}: ${missing}\n\n`);
    describe.skip(`${name} (SKIPPED: ${missing})`, suite);
  };
}
