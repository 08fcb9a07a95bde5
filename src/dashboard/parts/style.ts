/** The dashboard's style sheet: light and dark, from 390 pixels to wide, and at any text size. */
import { createHash } from 'node:crypto';

const CSS = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f8; --surface: #ffffff; --raised: #fafbfc; --ink: #17202b; --soft: #536070; --line: #dfe4ea; --edge: #8593a3;
  --accent: #2b47c9; --accent-ink: #ffffff; --accent-tint: #e9edfc; --focus: #2b47c9;
  --good: #0b6b41; --good-tint: #e2f4ea; --care: #7a4a00; --care-tint: #fdf0d5; --bad: #a31616; --bad-tint: #fdeaea; --quiet-tint: #edf0f3;
  --s1: #2b47c9; --s2: #0b7d6e; --s3: #b45309; --s4: #9b2c86; --s5: #4d6b16; --s6: #64748b;
  --shadow: 0 1px 2px rgb(23 32 43 / 5%), 0 4px 16px -8px rgb(23 32 43 / 12%);
  --mono: ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10151c; --surface: #18202a; --raised: #1d2732; --ink: #e7ecf2; --soft: #a3b0be; --line: #2c3846; --edge: #71808f;
    --accent: #9db1ff; --accent-ink: #0d1430; --accent-tint: #222c52; --focus: #9db1ff;
    --good: #6fd6a2; --good-tint: #14301f; --care: #f0c069; --care-tint: #352808; --bad: #ff9d97; --bad-tint: #3b1818; --quiet-tint: #243040;
    --s1: #9db1ff; --s2: #5fd0c0; --s3: #f0a95b; --s4: #e79ad6; --s5: #b4d07a; --s6: #a3b0be;
    --shadow: none;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; font-variant-numeric: tabular-nums; }
h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
h1 { font-size: 1.6rem; line-height: 1.2; letter-spacing: -.01em; overflow-wrap: anywhere; }
td .id, th .id { overflow-wrap: normal; white-space: nowrap; }
h2 { font-size: 1.1rem; line-height: 1.3; }
h3 { font-size: .95rem; }
a { color: var(--accent); text-underline-offset: .15em; text-decoration-thickness: .06em; }
a:hover { text-decoration-thickness: .12em; }
code, .id { font-family: var(--mono); font-size: .86em; overflow-wrap: anywhere; }
:focus-visible { outline: .18rem solid var(--focus); outline-offset: .12rem; border-radius: .2rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: .5rem; top: -4rem; background: var(--surface); padding: .5rem .8rem; z-index: 2; }
.skip:focus { top: .5rem; }

.frame { display: grid; min-height: 100vh; grid-template-rows: auto 1fr; }
.side { background: var(--surface); border-bottom: 1px solid var(--line); padding: .7rem 1rem; display: grid; gap: .6rem; align-content: start; }
.brand { display: flex; align-items: center; gap: .55rem; font-weight: 650; letter-spacing: -.01em; color: inherit; text-decoration: none; }
.brand svg { width: 1.5rem; height: 1.5rem; flex: none; }
.brand .dot { fill: var(--accent); } .brand .step { stroke: var(--accent-ink); fill: none; stroke-width: 2.4; stroke-linecap: round; stroke-linejoin: round; }
.nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .15rem .2rem; margin: 0 -.5rem; }
.nav a { display: flex; justify-content: space-between; gap: .5rem; padding: .35rem .55rem; border-radius: .45rem; color: var(--soft); text-decoration: none; font-size: .95rem; }
.nav a:hover { background: var(--quiet-tint); color: var(--ink); }
.nav a[aria-current] { background: var(--accent-tint); color: var(--ink); font-weight: 600; }
.count { font-size: .8rem; background: var(--bad-tint); color: var(--bad); border-radius: 1rem; padding: 0 .5rem; font-weight: 650; align-self: center; }
.find { display: flex; gap: .4rem; }
.find input { flex: 1; min-width: 0; }
.leave { display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: center; font-size: .85rem; color: var(--soft); }
main { padding: 1.25rem 1rem 4rem; min-width: 0; display: grid; gap: 1.25rem; align-content: start; max-width: 100rem; }
@media (min-width: 64rem) {
  .frame { grid-template: 1fr / 15.5rem minmax(0, 1fr); }
  .side { border-bottom: 0; border-right: 1px solid var(--line); padding: 1.25rem 1.1rem; gap: 1.1rem; position: sticky; top: 0; height: 100vh; overflow: auto; grid-template-rows: auto auto 1fr auto; }
  .nav ul { flex-direction: column; }
  main { padding: 1.75rem 2.25rem 5rem; }
}

.head { display: grid; gap: .35rem; justify-items: start; }
.head p { color: var(--soft); max-width: 75ch; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
.panel { background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; box-shadow: var(--shadow); padding: 1rem 1.1rem; display: grid; gap: .8rem; align-content: start; min-width: 0; }
.panel > header { display: flex; flex-wrap: wrap; gap: .3rem .9rem; justify-content: space-between; align-items: baseline; }
.columns { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); align-items: start; }
.thirds { grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); }
.story { display: grid; gap: 1.25rem; align-items: start; }
@media (min-width: 72rem) { .story { grid-template-columns: minmax(0, 1fr) 20rem; } .story > .aside { position: sticky; top: 1.75rem; } }
@media (min-width: 96rem) { .story { grid-template-columns: minmax(0, 1fr) 24rem; } }
.stack { display: grid; gap: 1.25rem; min-width: 0; }

.figures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 12.5rem), 1fr)); }
.figure { background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: .85rem 1rem; display: grid; gap: .15rem; align-content: start; box-shadow: var(--shadow); }
.figure dt { font-size: .85rem; color: var(--soft); }
.figure dd { font-size: 1.55rem; font-weight: 650; letter-spacing: -.015em; line-height: 1.25; overflow-wrap: anywhere; }
.figure dd.more { font-size: .85rem; font-weight: 400; letter-spacing: 0; color: var(--soft); }
.loud { background: var(--bad-tint); border-color: var(--bad); }
.loud dt, .loud dd, .loud dd.more, .loud a { color: var(--bad); }
.calm dd:first-of-type { color: var(--good); }

.banner { border-radius: .75rem; padding: .8rem 1rem; border: 1px solid var(--line); background: var(--surface); display: grid; gap: .5rem; }
.banner.bad { background: var(--bad-tint); border-color: var(--bad); color: var(--bad); }
.banner.good { background: var(--good-tint); border-color: var(--good); color: var(--good); }
.banner.care { background: var(--care-tint); border-color: var(--care); color: var(--care); }
.banner a { color: inherit; }

.badge { display: inline-block; border-radius: 1rem; padding: .05rem .6rem; font-size: .8rem; font-weight: 600; white-space: nowrap; background: var(--quiet-tint); color: var(--soft); }
.badge.good { background: var(--good-tint); color: var(--good); }
.badge.care { background: var(--care-tint); color: var(--care); }
.badge.bad { background: var(--bad-tint); color: var(--bad); }
.badge.live { background: var(--accent-tint); color: var(--accent); }

.scroll { overflow-x: auto; margin: 0 -1.1rem; padding: 0 1.1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; color: var(--soft); font-size: .85rem; padding-bottom: .4rem; }
th, td { text-align: left; padding: .45rem .8rem .45rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 600; font-size: .8rem; white-space: nowrap; }
tbody th { font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
tfoot th, tfoot td { border-top: 2px solid var(--line); border-bottom: 0; font-weight: 650; }
td.n, th.n { text-align: right; white-space: nowrap; }
td .soft { display: block; }
.none { color: var(--soft); padding: .4rem 0; }

dl.facts { display: grid; gap: .3rem 1rem; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); font-size: .92rem; }
dl.facts dt { color: var(--soft); }
dl.facts dd { overflow-wrap: anywhere; }

.timeline { list-style: none; display: grid; }
.timeline > li { display: grid; grid-template-columns: 1.1rem minmax(0, 1fr); gap: 0 .8rem; padding-bottom: .95rem; position: relative; }
.timeline > li::before { content: ''; width: .7rem; height: .7rem; border-radius: 50%; margin-top: .42rem; background: var(--surface); border: .16rem solid var(--edge); z-index: 1; justify-self: center; }
.timeline > li::after { content: ''; position: absolute; left: calc(.55rem - .06rem); top: .8rem; bottom: -.4rem; width: .12rem; background: var(--line); }
.timeline > li:last-child::after { display: none; }
.timeline > li.good::before { border-color: var(--good); background: var(--good); }
.timeline > li.bad::before { border-color: var(--bad); background: var(--bad); }
.timeline > li.care::before { border-color: var(--care); background: var(--care); }
.timeline > li.live::before { border-color: var(--accent); background: var(--accent); }
.timeline .what { display: flex; flex-wrap: wrap; gap: .1rem .8rem; align-items: baseline; justify-content: space-between; }
.timeline time { color: var(--soft); font-size: .85rem; white-space: nowrap; }
.timeline .about { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }

form.command { display: grid; gap: .6rem; }
label { display: grid; gap: .2rem; font-size: .88rem; color: var(--soft); }
.choice { display: flex; gap: .5rem; align-items: baseline; color: var(--ink); font-size: .95rem; }
input, select, textarea { font: inherit; color: var(--ink); background: var(--raised); border: 1px solid var(--edge); border-radius: .45rem; padding: .45rem .6rem; min-width: 0; width: 100%; }
input[type='radio'], input[type='checkbox'] { width: auto; flex: none; accent-color: var(--accent); }
button, .button { font: inherit; font-weight: 600; cursor: pointer; border-radius: .45rem; padding: .45rem .9rem; border: 1px solid var(--edge); background: var(--surface); color: var(--ink); text-decoration: none; display: inline-block; width: max-content; max-width: 100%; }
button.main, .button.main { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
button.danger { border-color: var(--bad); color: var(--bad); }
button:hover, .button:hover { filter: brightness(.96); }
button[disabled] { opacity: .55; cursor: not-allowed; }
.plain { border: 0; background: none; padding: 0; color: var(--accent); font-weight: 400; text-decoration: underline; }
details { border-top: 1px solid var(--line); padding-top: .6rem; }
summary { cursor: pointer; font-weight: 600; font-size: .92rem; }
details[open] > summary { margin-bottom: .6rem; }
.filters { display: flex; flex-wrap: wrap; gap: .6rem .8rem; align-items: end; }
.filters label { flex: 0 1 11rem; }

.reading { display: grid; gap: .4rem; padding-top: .3rem; } .reading + .reading { border-top: 1px dashed var(--line); padding-top: .7rem; }
.steps { margin: 0; padding-left: 1.2rem; display: grid; gap: .2rem; } .steps .soft { display: block; }
.what { display: flex; flex-wrap: wrap; gap: .3rem .8rem; justify-content: space-between; align-items: baseline; }
.offer-card { border: 1px solid var(--line); border-radius: .7rem; padding: .9rem 1rem; background: var(--raised); display: grid; gap: .4rem; align-content: start; }
.offer-card .acts { display: flex; flex-wrap: wrap; gap: .5rem; padding-top: .3rem; }
.offer-card .act { border-radius: .4rem; padding: .3rem .7rem; font-size: .88rem; border: 1px solid var(--edge); }
.offer-card .act.yes { background: var(--accent); color: var(--accent-ink); border-color: var(--accent); }

.plots { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 36rem), 1fr)); }
.plot { display: grid; min-width: 0; gap: .5rem; }
.plot figcaption { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .85rem; color: var(--soft); }
.key::before { content: ''; display: inline-block; width: .9rem; height: .28rem; border-radius: .2rem; margin-right: .4rem; vertical-align: middle; background: currentColor; }
.plot svg { width: 100%; min-width: 34rem; max-width: 56rem; height: auto; display: block; }
.plot .grid { stroke: var(--line); } .plot .zero { stroke: var(--edge); }
.plot text { fill: var(--soft); font-size: 12px; font-family: inherit; }
.k1 { color: var(--s1); } .k2 { color: var(--s2); } .k3 { color: var(--s3); } .k4 { color: var(--s4); } .k5 { color: var(--s5); } .k6 { color: var(--s6); }
.plot .line { fill: none; stroke: currentColor; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
.plot .spot { fill: currentColor; } .plot .bar { fill: currentColor; }
.plot .range { stroke: currentColor; stroke-width: 2.25; stroke-linecap: round; }

.for { color: var(--good); } .against { color: var(--bad); }
ul.small { padding-left: 1.1rem; }
.evidence { list-style: none; display: grid; gap: .3rem; font-size: .9rem; }
.evidence li { display: grid; grid-template-columns: 1rem minmax(0, 1fr); gap: .5rem; } .evidence li > span:last-child { color: var(--ink); }
.choices { border: 0; margin: 0; padding: 0; display: grid; gap: .45rem; min-width: 0; }
.health { list-style: none; display: grid; gap: .45rem; }
.health li { display: flex; flex-wrap: wrap; gap: .2rem .8rem; justify-content: space-between; }
.sign-in { max-width: 25rem; margin: 10vh auto 0; padding: 1rem; display: grid; gap: 1.25rem; }
@media print { .side, form, .skip { display: none; } .frame { display: block; } body { background: none; } }
@media (prefers-reduced-motion: no-preference) { a, button { transition: filter .12s, background-color .12s; } }
@media (forced-colors: active) { .badge, .figure, .panel { border: 1px solid; } }
`;

const hash = createHash('sha256').update(CSS).digest('hex').slice(0, 12);

/** Its name changes with its content, so that it can be kept for ever. */
export const STYLE_SHEET = { path: `/dashboard/assets/${hash}.css`, body: CSS.trim() };
