import type { PolicyPath } from '@crossgate/core';
import type { PolicyReading } from '../policy-reading.ts';
import type { XmlElement } from '../xml/read-xml.ts';

/** The children that an element can have, each at most once, with their names in the neutral form. */
export type Fields = Readonly<Record<string, string>>;

/**
 * The children of an element by name, in whatever order they stand. What is unknown, repeated, or `required` and
 * missing is found.
 */
export function readFields(
  element: XmlElement,
  path: PolicyPath,
  fields: Fields,
  required: readonly string[],
  reading: PolicyReading,
): ReadonlyMap<string, XmlElement> {
  reading.at(path, element);
  elementsOnly(element, path, reading);
  const found = new Map<string, XmlElement>();
  for (const child of element.children) {
    const field = fieldOf(child.name, fields);
    if (field === undefined) {
      unknownElement(child, path, Object.keys(fields), reading);
    } else if (found.has(child.name)) {
      reading.find('field-repeated', [...path, field], { field: child.name }, child);
    } else {
      reading.at([...path, field], child);
      found.set(child.name, child);
    }
  }
  for (const name of required) {
    if (found.has(name)) continue;
    const field = fieldOf(name, fields) ?? name;
    reading.find('field-missing', [...path, field], { field: name }, element);
  }
  return found;
}

function fieldOf(name: string, fields: Fields): string | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

export function unknownElement(
  element: XmlElement,
  path: PolicyPath,
  known: readonly string[],
  reading: PolicyReading,
): void {
  reading.find(
    'field-unknown',
    path,
    { field: element.name, known: known.join(', ') || 'text only' },
    element,
  );
}

/** Finds text where elements belong. */
export function elementsOnly(element: XmlElement, path: PolicyPath, reading: PolicyReading): void {
  if (element.text === '') return;
  const parameters = { field: element.name, expected: 'elements without text between them' };
  reading.find('field-type', path, parameters, element);
}

/** The text of an element, trimmed; elements in it are found. */
export function readText(element: XmlElement, path: PolicyPath, reading: PolicyReading): string {
  const [child] = element.children;
  if (child) unknownElement(child, path, [], reading);
  return element.text;
}
