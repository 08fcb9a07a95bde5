/** Types for the parts of Cephes in use. The package has types, but its `exports` do not expose them. */
declare module 'cephes' {
  /** Resolves once the functions can be called. */
  export const compiled: Promise<void>;
  /** Regularized incomplete beta integral, and its inverse. */
  export function incbet(a: number, b: number, x: number): number;
  export function incbi(a: number, b: number, y: number): number;
  /** Complemented chi-square distribution. */
  export function chdtrc(degreesOfFreedom: number, x: number): number;
  /** Normal distribution, and its inverse. */
  export function ndtr(z: number): number;
  export function ndtri(probability: number): number;
}
