import { createHash } from 'node:crypto';

/** Colours have a contrast of at least 4.5 to 1 in both themes. All clickable elements are at least 24 px high. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --shade: #f3f4f6; --line: #c9ccd1; --link: #0b57a4;
  --get: #0b57a4; --post: #176b31; --put: #855800; --delete: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --paper: #161616; --shade: #262626; --line: #484848; --link: #8ab4f8;
    --get: #8ab4f8; --post: #6fcf87; --put: #e3b341; --delete: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); overflow-wrap: anywhere; }
a { color: var(--link); }
.skip:focus { display: inline-block; padding: .25rem .5rem; }
.skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
h2 { margin: 3rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; } section > h3 { margin: 2rem 0 .25rem; } h4 { margin: 1rem 0 .25rem; font-size: 1rem; }
p { margin: 0 0 .25rem; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; background: var(--shade); }
pre { margin: .25rem 0; padding: .75rem; white-space: pre-wrap; }
.links { display: flex; flex-wrap: wrap; gap: 0 .25rem; margin: 0; padding: 0; list-style: none; }
.links a { display: inline-block; padding: .25rem .5rem; }
table { width: 100%; margin: .5rem 0; border-collapse: collapse; table-layout: fixed; }
th, td { padding: .375rem .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th:first-child { width: 34%; } th[scope=row] { font-weight: normal; } tr:target { background: var(--shade); }
details { border-bottom: 1px solid var(--line); }
summary { padding: .5rem 0; cursor: pointer; } summary h3 { display: inline; margin: 0; }
.method { display: inline-block; min-width: 4.5rem; }
.get { color: var(--get); } .post { color: var(--post); } .put, .patch { color: var(--put); } .delete { color: var(--delete); }
`;

/** The content security policy allows only this style. */
export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;
