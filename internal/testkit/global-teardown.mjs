// biome-ignore lint/style/noDefaultExport: the form that jest asks for
export default async function teardown() {
  await globalThis.stopTestServer();
}
