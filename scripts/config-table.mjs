// The table of all keys of a configuration file, from its JSON Schema.

/** Keys as `limits.idleSeconds`; what is the same for every service stands below `dialects.DIALECT`. */
export function configTable(schema) {
  const definitions = schema.$defs ?? {};
  const lines = rowsOf(schema, '', definitions, new Set()).map(
    ({ key, takes, preset, meaning }) => `| \`${key}\` | ${takes} | ${preset} | ${meaning} |`,
  );
  return ['| key | takes | default | meaning |', '|---|---|---|---|', ...lines].join('\n');
}

/** `told` are the definitions whose keys have rows already. */
function rowsOf(schema, path, definitions, told) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const key = path === '' ? name : `${path}.${name}`;
    const reference = referenced(property);
    const own = row(key, property, definitions);
    if (reference !== undefined && told.has(reference)) return [own];
    told.add(reference);
    if (key === 'dialects') {
      return [own, ...rowsOf(mergedServices(property), `${key}.DIALECT`, definitions, told)];
    }
    const resolved = definitions[reference] ?? property;
    const below = (resolved.anyOf ?? [resolved]).flatMap(choice => [
      ...rowsOf(choice, key, definitions, told),
      ...rowsOf(choice.items ?? {}, `${key}[]`, definitions, told),
      ...rowsOf(choice.additionalProperties || {}, `${key}.NAME`, definitions, told),
    ]);
    return [own, ...below];
  });
}

/** One mapping with the keys of all services, and of each key everything that one of them takes. */
function mergedServices({ properties }) {
  const merged = {};
  for (const service of Object.values(properties)) {
    for (const [name, property] of Object.entries(service.properties)) {
      const other = merged[name];
      if (!other || other.not) merged[name] = property;
      else if (other.enum && property.enum)
        merged[name] = { ...other, enum: [...new Set([...other.enum, ...property.enum])] };
    }
  }
  return { properties: merged };
}

function row(key, property, definitions) {
  return {
    key,
    takes: takes(property, definitions),
    preset: property.default === undefined ? '' : `\`${property.default}\``,
    meaning: property.description ?? '',
  };
}

function takes(property, definitions) {
  const schema = definitions[referenced(property)] ?? property;
  if (schema.anyOf) return schema.anyOf.map(choice => takes(choice, definitions)).join(' or ');
  if (schema.enum) return schema.enum.map(value => `\`${value}\``).join(', ');
  switch (schema.type) {
    case 'string':
      return 'text';
    case 'boolean':
      return '`true`, `false`';
    case 'integer':
      return `${schema.minimum} to ${schema.maximum}`;
    case 'number':
      return `above 0, up to ${schema.maximum}`;
    case 'array':
      return 'list';
    case 'object':
      return 'mapping';
    default:
      throw new Error(`there is no word for what ${JSON.stringify(schema)} takes`);
  }
}

function referenced({ $ref }) {
  return $ref?.split('/').at(-1);
}
