import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Busboy } from '@fastify/busboy';

/** A form with a file, read as far as the file's beginning: what comes after the file does not count. */
export interface UploadForm {
  /** By names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  /** Empty when the form does not tell it. */
  readonly fileName: string;
  /** As the browser declares it. */
  readonly fileType: string;
  /** Ends when the form has ended as it should; throws MalformedFormError, or what the body threw. */
  readonly file: AsyncIterable<Uint8Array>;
  /** For one who does not read the file to its end: lets go of the body. Again is harmless. */
  readonly close: () => void;
}

/** Thrown for a body that is not `multipart/form-data` with a field `file`. */
export class MalformedFormError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'MalformedFormError';
  }
}

const LONGEST_NAME = 256;

/** How much the parser is given in one turn of the event loop. */
const TURN_BYTES = 64 * 1024;
/**
 * A part that nobody reads is thrown away between turns. The parser holds as much of it, and what was read ahead: were it
 * to stop for having too much of a part that ends in the same turn, it would never go on.
 */
const PART_BUFFER_BYTES = 4 * TURN_BYTES;

const LIMITS = {
  fieldSize: 64 * 1024,
  fields: 100,
  files: 1,
  parts: 101,
  headerPairs: 50,
};

/**
 * Reads the fields before the file (RFC 7578). The file is then read as fast as its reader takes it.
 *
 * @throws MalformedFormError, and what the body throws
 */
export async function readUploadForm(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
): Promise<UploadForm> {
  const parser = openParser(contentType);
  const fields = new Map<string, string>();
  let fileFound = false;
  // Without a name it is none; behind the file none counts, whether it has arrived yet or not.
  parser.on('field', (name: string | undefined, value, _, valueTruncated) => {
    if (name === undefined || fileFound) return;
    if (valueTruncated || name.length > LONGEST_NAME)
      parser.destroy(new MalformedFormError('a field of the form is too long'));
    else fields.set(name.toLowerCase(), value);
  });
  parser.on('fieldsLimit', () => {
    if (!fileFound) parser.destroy(new MalformedFormError('the form has too many fields'));
  });
  const found = new Promise<UploadForm | undefined>(resolve => {
    parser.on('file', (_, stream, fileName: string | undefined, __, fileType) => {
      fileFound = true;
      // The parser tells the file of errors also when nobody reads it.
      stream.on('error', () => {});
      // A form that breaks off must end its file as well, or whoever reads it waits for ever.
      parsed.catch((error: unknown) => stream.destroy(asProblem(error)));
      resolve({
        fields,
        fileName: fileName ?? '',
        fileType,
        file: readFile(stream, parsed),
        close: () => parser.destroy(),
      });
    });
    parser.on('finish', () => resolve(undefined));
  });
  const parsed = pipeline(Readable.from(inTurns(body), { highWaterMark: 1 }), parser).catch(
    (error: unknown) => {
      throw asProblem(error);
    },
  );
  const form = await Promise.race([found, parsed.then(() => undefined)]);
  if (!form) throw new MalformedFormError('the form has no field `file`');
  return form;
}

function openParser(contentType: string): InstanceType<typeof Busboy> {
  if (!/^multipart\/form-data\b/i.test(contentType)) {
    throw new MalformedFormError('the Content-Type must be multipart/form-data');
  }
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: LIMITS,
      fileHwm: PART_BUFFER_BYTES,
      isPartAFile: name => name === 'file',
    });
  } catch (error) {
    throw asProblem(error);
  }
}

/** The body, not more of it than {@link TURN_BYTES} at once. */
async function* inTurns(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let given = 0;
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; at += TURN_BYTES) {
      const part = chunk.subarray(at, at + TURN_BYTES);
      if (given + part.length > TURN_BYTES) {
        await nextTurn();
        given = 0;
      }
      given += part.length;
      yield part;
    }
  }
}

async function* readFile(stream: Readable, parsed: Promise<void>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw asProblem(error);
  }
  await parsed;
}

/** The parser's own errors are about the form; those of the body keep their meaning. */
function asProblem(error: unknown): Error {
  if (!(error instanceof Error)) return new MalformedFormError(String(error));
  const isParsers = error.constructor === Error;
  return isParsers ? new MalformedFormError(error.message) : error;
}
