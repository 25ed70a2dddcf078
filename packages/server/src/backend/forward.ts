import { Readable } from 'node:stream';
import type { Reply } from '@crossgate/dialects';
import type { Dispatcher } from 'undici';
import { bodyIncomplete } from '../request-body.ts';
import type { BackendCall } from './backend.ts';
import { dispatchWithLengthZero } from './length-zero.ts';
import { isLostConnection } from './upstream-fault.ts';
import type { UpstreamRequest } from './upstream-request.ts';
import { readUpstreamHead, type UpstreamHead } from './upstream-response.ts';

/**
 * Bodies of known length up to this are passed on when they are complete, both ways: an upstream that breaks off in one is
 * a 502.
 */
export const WHOLE_BYTES: number = 16 * 1024;

/** Where requests are sent. */
export interface Connections {
  /** Keeps connections open between requests. */
  readonly kept: Dispatcher;
  /** Opens one for each request. */
  readonly fresh: Dispatcher;
}

/** What a request to an upstream comes to. */
export interface Outcomes {
  /** There is an answer to who asked, or none to be given: nothing more is sent. */
  readonly answered: () => void;
  /** The answer to who asked, when there is none of the upstream. Throws what is to be told otherwise. */
  readonly failed: (call: BackendCall, error: Error) => Reply;
  /** An answer ended that had begun. */
  readonly brokeOff: (call: BackendCall, error: Error) => void;
}

/**
 * Sends a request and gives the answer as soon as its head is there, or with a small body when that is complete. What can
 * be sent again is, once, when the connection ends under it: it may have been idle for too long. So may all the others that
 * were kept, when the upstream was started anew.
 */
export function forward(
  connections: Connections,
  request: UpstreamRequest,
  call: BackendCall,
  outcomes: Outcomes,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    new Forwarding(connections, request, call, outcomes, resolve, reject).send();
  });
}

/**
 * One request on its way, from when it is sent to the end of its answer.
 *
 * These are the callbacks that undici itself works with, which its types call deprecated: what has the newer ones is
 * wrapped, and every answer has then an object made of its headers, which nobody here reads. That costs a tenth of all
 * that a small request does.
 */
class Forwarding implements Dispatcher.DispatchHandler {
  readonly #connections: Connections;
  readonly #request: UpstreamRequest;
  readonly #call: BackendCall;
  readonly #outcomes: Outcomes;
  readonly #resolve: (reply: Reply) => void;
  readonly #reject: (error: unknown) => void;
  #abort: ((error: Error) => void) | undefined;
  #head: UpstreamHead | undefined;
  /** The parts of a body that is passed on when it is complete. */
  #parts: Buffer[] | undefined;
  #stream: Readable | undefined;
  #isAnswered = false;
  #isOver = false;
  #isSecond = false;

  constructor(
    connections: Connections,
    request: UpstreamRequest,
    call: BackendCall,
    outcomes: Outcomes,
    resolve: (reply: Reply) => void,
    reject: (error: unknown) => void,
  ) {
    this.#connections = connections;
    this.#request = request;
    this.#call = call;
    this.#outcomes = outcomes;
    this.#resolve = resolve;
    this.#reject = reject;
    // It is emitted once, and then the response is forgotten: to take the listener off after an answer would cost more.
    call.response.on('close', () => {
      if (!this.#isOver) this.#abort?.(bodyIncomplete());
    });
  }

  send(): void {
    const { options, hasLengthZero } = this.#request;
    const dispatcher = this.#isSecond ? this.#connections.fresh : this.#connections.kept;
    if (hasLengthZero) dispatchWithLengthZero(dispatcher, options, this);
    else dispatcher.dispatch(options, this);
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    if (this.#call.response.destroyed) abort(bodyIncomplete());
  }

  /** Whether the body may come. */
  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, reason: string): boolean {
    if (status < 200) return true;
    const head = readUpstreamHead(status, reason, rawHeaders);
    if (!head) {
      this.#abort?.(new Error('the answer has a transfer coding other than chunked'));
      return true;
    }
    this.#head = head;
    if (status === 204 || status === 304) {
      // No content, whatever its headers say of a length: undici misses it in a 304, and fails the request.
      this.#answer(head, undefined);
    } else if (head.lengthBytes !== undefined && head.lengthBytes <= WHOLE_BYTES) {
      this.#parts = [];
    } else {
      this.#stream = new Readable({
        read: resume,
        destroy: (error, done) => {
          if (error) this.#abort?.(error);
          done(error);
        },
      });
      this.#answer(head, this.#stream);
    }
    return true;
  }

  /** Whether more of it may come. */
  onData(chunk: Buffer): boolean {
    if (this.#stream) return this.#stream.push(chunk);
    this.#parts?.push(chunk);
    return true;
  }

  onComplete(): void {
    this.#isOver = true;
    if (this.#stream) this.#stream.push(null);
    else if (this.#head && !this.#isAnswered) this.#answer(this.#head, joined(this.#parts));
  }

  onError(error: Error): void {
    if (!this.#isAnswered && !this.#isSecond && this.#isWorthAnother(error)) {
      this.#isSecond = true;
      this.#head = undefined;
      this.#parts = undefined;
      this.send();
      return;
    }
    this.#isOver = true;
    if (this.#stream) {
      this.#outcomes.brokeOff(this.#call, error);
      this.#stream.destroy(error);
    } else if (!this.#isAnswered) {
      this.#isAnswered = true;
      this.#outcomes.answered();
      try {
        this.#resolve(this.#outcomes.failed(this.#call, error));
      } catch (other) {
        this.#reject(other);
      }
    }
  }

  #answer({ status, reason, headers }: UpstreamHead, body: Reply['body']): void {
    this.#isAnswered = true;
    this.#outcomes.answered();
    this.#resolve(
      body === undefined
        ? { status, reason, headers, fromUpstream: true }
        : { status, reason, headers, body, fromUpstream: true },
    );
  }

  /** RFC 9110, section 9.2.2: sent twice, it is as if it were sent once. A body is not sent twice. */
  #isWorthAnother(error: Error): boolean {
    const { method, body } = this.#request.options;
    const isRepeatable = body === null && ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'].includes(method);
    return isRepeatable && isLostConnection(error) && !this.#call.response.destroyed;
  }
}

/** Undefined for no bytes. */
function joined(parts: readonly Buffer[] = []): Buffer | undefined {
  return parts.length > 1 ? Buffer.concat(parts) : parts[0];
}
