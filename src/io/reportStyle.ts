/** Style sheet of report.html: light and dark theme, wide screens, phones and paper. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f7f6f3; --card: #fff; --ink: #1d1f24; --soft: #5b606b; --line: #dedbd3;
  --series-1: #2a63b8; --series-2: #c0530b; --series-3: #2b7a4b;
  --series-4: #86469c; --series-5: #b02a4c; --series-6: #14767f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171b; --card: #1e2127; --ink: #e9e8e4; --soft: #a3a8b3; --line: #363b45;
    --series-1: #7fb0f5; --series-2: #f2a05a; --series-3: #74c997;
    --series-4: #cc9be0; --series-5: #f28aa5; --series-6: #63c5cf;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 68rem;
  background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif;
}
h1 { margin: 0 0 .25rem; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { margin: 2.75rem 0 .75rem; font-size: 1.15rem; }
p { margin: .25rem 0; }
.soft, figcaption { color: var(--soft); }
figure { margin: 0; }
figcaption { font-size: .9rem; margin-top: .5rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.1rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .9rem; margin: 1.5rem 0 0; }
.tiles dt { color: var(--soft); font-size: .9rem; }
.tiles dd { margin: 0; font-variant-numeric: tabular-nums; }
.tiles strong { font-size: 1.9rem; font-weight: 650; letter-spacing: -.02em; margin-right: .4rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: .9rem; }
.charts h3 { margin: 0 0 .6rem; font-size: 1rem; }
.sheet { background: #fff; border: 1px solid var(--line); border-radius: .6rem; overflow-x: auto; }
.sheet img { display: block; width: auto; max-width: 100%; height: auto; margin: 0 auto; }
.sheet:focus-visible, summary:focus-visible, pre:focus-visible { outline: 3px solid var(--series-1); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: .9rem; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
tr:last-child > * { border-bottom: 0; }
th { font-weight: 500; color: var(--soft); width: 34%; overflow-wrap: normal; }
thead th { width: auto; }
pre { margin: 0; overflow-x: auto; font: .85rem/1.5 ui-monospace, monospace; }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin-top: .75rem; }
summary { cursor: pointer; }
details > :not(summary) { margin-top: .75rem; }
svg.chart { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
svg.chart text { fill: var(--soft); }
svg.chart .legend, svg.chart .label { fill: var(--ink); }
svg.chart .grid { stroke: var(--line); }
svg.chart .axis { stroke: var(--soft); }
svg.chart .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
svg.chart .faint { stroke-width: 1; opacity: .45; }
svg.chart .reference { stroke-dasharray: 5 4; stroke-width: 1.4; }
svg.chart .band { opacity: .2; }
svg.chart .bar { stroke-width: 1.4; opacity: .7; }
@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; }
  .sheet img { max-width: none; width: 44rem; }
  svg.chart { font-size: 15px; }
}
@media print {
  body { max-width: none; background: none; }
  .card, .sheet, figure { break-inside: avoid; }
}
`;
