/** Who takes and gives objects. */
export interface DataServer {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly pathOf: (size: number) => string;
  readonly headersOf: (method: 'GET' | 'PUT', path: string) => Readonly<Record<string, string>>;
}
