/** Its package has no types. */
export default function SwaggerUI(options: Record<string, unknown>): unknown;
