import { describe, expect, it } from 'vitest';
import { withSection } from '../support/report-section.ts';

const PAGE = `# Reliability

Words.

<!-- faults -->

What came of faults.

<!-- end of faults -->

More words.
`;

describe('withSection', () => {
  it('replaces one part, and nothing else', () => {
    const page = withSection(PAGE, 'faults', '\nSomething else.\n');
    expect(page).toBe(PAGE.replace('What came of faults.', 'Something else.'));
  });

  it('puts a part that is not there at the end', () => {
    const page = withSection(PAGE, 'fuzz', 'What came of inputs.');
    expect(page).toBe(`${PAGE}\n<!-- fuzz -->\n\nWhat came of inputs.\n\n<!-- end of fuzz -->\n`);
    expect(withSection(page, 'fuzz', 'What came of inputs.')).toBe(page);
  });
});
