/** The page's whole style sheet. Its hash stands in the page's policy, so that no other style is applied. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2126; --soft: #5b6670; --line: #d5dbe1; --ground: #fff; --card: #f5f7f9;
  --good: #2a7f4f; --wait: #b57a06; --bad: #b3362b; --none: #6b5b95; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaee; --soft: #9aa6b1; --line: #39424b; --ground: #14181c;
  --card: #1d2329; --good: #4fb37c; --wait: #d9a13b; --bad: #e0695d; --none: #a394cf; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 48px; max-width: 860px; color: var(--ink); background: var(--ground);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 22px; line-height: 1.3; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 32px 0 8px; }
p { margin: 4px 0; }
.note, dt { color: var(--soft); font-size: 13px; }
.verdict { font-weight: 600; }
.verdict.good { color: var(--good); } .verdict.bad { color: var(--bad); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(112px, 1fr)); gap: 8px; margin: 16px 0; }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 8px 12px; }
dd { margin: 0; font-size: 20px; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-size: 13px; font-weight: 500; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.word { white-space: nowrap; }
.chart { display: block; max-width: 100%; height: auto; }
.chart text { fill: var(--soft); font-size: 12px; } .axis { stroke: var(--line); }
rect.delivered { fill: var(--good); } rect.again { fill: var(--wait); } rect.refused { fill: var(--bad); }
rect.unanswered { fill: var(--none); }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 8px 0 0; font-size: 13px; }
.key li { display: flex; align-items: center; gap: 6px; }
.swatch { flex: none; }
@media print { body { max-width: none; padding: 0; } }
`;
