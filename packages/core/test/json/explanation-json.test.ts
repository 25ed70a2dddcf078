import { describe, expect, it } from 'vitest';
import { predictFetch } from '../../src/browser/predict-fetch.ts';
import { compile } from '../../src/compile.ts';
import { browserRequest, type DescribedRequest, preflightRequest } from '../../src/described-request.ts';
import { explainActual, explainPreflight } from '../../src/explain.ts';
import { decisionJson, type ExplanationJson, explanationJson } from '../../src/json/explanation-json.ts';
import { exampleProfile } from '../example-profile.ts';

const rule = {
  allowedOrigins: ['https://a.example'],
  allowedMethods: ['PUT'],
  allowedHeaders: ['content-type', 'x-a'],
  exposeHeaders: [],
};
const policy = compile({ rules: [rule] }, exampleProfile);

function described(changes: Partial<DescribedRequest> = {}): DescribedRequest {
  return {
    origin: 'https://a.example',
    method: 'PUT',
    headers: [],
    credentials: 'same-origin',
    ...changes,
  };
}

function preflight(changes: Partial<DescribedRequest> = {}): ExplanationJson {
  const request = described(changes);
  const browser = browserRequest(request);
  return explanationJson(
    explainPreflight(policy, preflightRequest(request)),
    browser && predictFetch(policy, browser),
    {},
  );
}

describe(decisionJson, () => {
  it.each([
    { name: 'one that is let in', changes: {}, decision: { kind: 'allowed', rule: 0, reason: null } },
    {
      name: 'one of another origin',
      changes: { origin: 'https://b.example' },
      decision: { kind: 'refused', rule: null, reason: 'origin-not-allowed' },
    },
    {
      name: 'one without an origin',
      changes: { origin: undefined },
      decision: { kind: 'malformed', rule: null, reason: 'origin-missing' },
    },
    {
      name: 'one without a method',
      changes: { method: undefined },
      decision: { kind: 'malformed', rule: null, reason: 'method-missing' },
    },
    {
      name: 'one with two origins',
      changes: { origin: 'https://a.example, https://b.example' },
      decision: { kind: 'malformed', rule: null, reason: 'origin-malformed' },
    },
  ])('tells what is decided about a preflight: $name', ({ changes, decision }) => {
    expect(preflight(changes).decision).toMatchObject(decision);
  });

  it.each([
    { name: 'let in', method: 'PUT', decision: { kind: 'allowed', rule: 0, reason: null } },
    { name: 'not', method: 'GET', decision: { kind: 'refused', rule: null, reason: 'method-not-allowed' } },
  ])('tells what is decided about an actual request: $name', ({ method, decision }) => {
    const explanation = explainActual(policy, { origin: 'https://a.example', method });
    expect(decisionJson(explanation.decision)).toMatchObject(decision);
  });

  it.each([
    { decision: { kind: 'not-a-preflight' as const }, kind: 'malformed', reason: 'not-a-preflight' },
    {
      decision: { kind: 'not-cors' as const, headers: [] },
      kind: 'not-cors',
      reason: 'origin-missing',
    },
  ])('has $kind for $decision.kind', ({ decision, kind, reason }) => {
    expect(decisionJson(decision)).toEqual({ kind, rule: null, headers: {}, reason });
  });

  it('names the rule that refused', () => {
    const profile = {
      ...exampleProfile,
      headers: { ...exampleProfile.headers, unlisted: 'refuse' as const },
    };
    const request = { origin: 'https://a.example', requestMethod: 'PUT', requestHeaders: 'x-b' };
    const { decision } = explainPreflight(compile({ rules: [rule] }, profile), request);
    expect(decisionJson(decision)).toMatchObject({ kind: 'refused', rule: 0 });
  });
});

describe(explanationJson, () => {
  it('has the answer and no change of a request that is let in', () => {
    const { decision, nearest, rules } = preflight();
    expect(decision.headers).toMatchObject({ 'Access-Control-Allow-Origin': 'https://a.example' });
    expect(nearest).toBeNull();
    expect(rules).toMatchObject([{ rule: 0, outcome: 'chosen', span: null }]);
  });

  it('has the change that would let a refused one in', () => {
    const { nearest } = preflight({ headers: [{ name: 'x-b', value: undefined }] });
    const edit = { kind: 'add-header', path: ['rules', 0, 'allowedHeaders'], value: 'x-b' };
    expect(nearest).toMatchObject({ kind: 'edits', rule: 0, edits: [edit] });
  });

  it('has null for the rule where there is none', () => {
    const none = compile({ rules: [] }, exampleProfile);
    const explanation = explainPreflight(none, preflightRequest(described()));
    expect(explanationJson(explanation, undefined, {})).toMatchObject({
      nearest: { rule: null },
      browser: null,
    });
  });

  it('has the places of the rules, where they are known, and nothing else of what stands there', () => {
    const [start, end] = [
      { line: 2, column: 3 },
      { line: 4, column: 5 },
    ];
    const explanation = explainPreflight(policy, preflightRequest(described()));
    const spanOf = (path: readonly (string | number)[]) =>
      path.join() === 'rules,0' ? { position: start, end, text: 'rule' } : undefined;
    const { rules } = explanationJson(explanation, undefined, { spanOf });
    expect(rules.map(each => each.span)).toEqual([{ start, end }]);
  });

  it('tells what a browser does', () => {
    const { browser } = preflight({ headers: [{ name: 'X-A', value: '1' }] });
    expect(browser).toMatchObject({
      preflight: { requestHeaders: ['x-a'], status: 200, verdict: { kind: 'passed' } },
      verdict: { kind: 'readable' },
    });
    const url = 'https://a.example/same-origin';
    expect(preflight({ url }).browser).toMatchObject({ preflight: null, verdict: { kind: 'readable' } });
    expect(preflight({ credentials: 'include' }).browser?.verdict).toMatchObject({ kind: 'blocked' });
    expect(preflight({ method: undefined }).browser).toBeNull();
    expect(preflight({ origin: 'https://a.example/path' }).browser).toBeNull();
  });
});
