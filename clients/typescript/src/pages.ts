// Lists that come in pages, as one iterator.
import type { CallOptions } from "@connectrpc/connect";

type Item<Response> = {
  [Key in keyof Response]: Key extends `$${string}` ? never : Response[Key] extends readonly (infer One)[] ? One : never;
}[keyof Response];

/**
 * Iterates over the items of all pages, asking for a page when it is needed:
 *
 *     for await (const commit of pages(scm.listCommits, { repositoryId: 1n })) ...
 *
 * Options, such as a timeout, are those of each page.
 */
export async function* pages<Request extends { pageToken?: string }, Response extends { nextPageToken: string }>(
  call: (request: Request, options?: CallOptions) => Promise<Response>,
  request: Request,
  options?: CallOptions,
): AsyncGenerator<NonNullable<Item<Response>>> {
  for (let pageToken = request.pageToken ?? ""; ; ) {
    const page = await call({ ...request, pageToken }, options);
    // A page has one list (AIP-158); names with a dollar are protobuf's own.
    const [, items] = Object.entries(page).find(([name, value]) => !name.startsWith("$") && Array.isArray(value)) ?? [, []];
    yield* items as NonNullable<Item<Response>>[];
    if (page.nextPageToken === "") return;
    pageToken = page.nextPageToken;
  }
}
