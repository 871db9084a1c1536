"""How the pocket pack looks: on a phone, in the dark, and on paper."""

CSS = """
:root{color-scheme:light dark;--ink:#222;--soft:#5d574c;--line:#ddd6c8;--paper:#fff;--card:#fbf8f1;
--mark:#a33327}
@media (prefers-color-scheme:dark){:root{--ink:#eee;--soft:#b9b2a4;--line:#4a463e;--paper:#1b1a18;
--card:#26241f;--mark:#ff9d8f}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:52rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;margin:.5rem 0}
h2{font-size:1.2rem;margin:1.6rem 0 .4rem;border-bottom:2px solid var(--line);padding-bottom:.2rem}
a{color:inherit}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}
.wide svg{width:100%;height:auto;display:block;margin:.6rem 0}
.stops{list-style:none;padding:0;margin:.6rem 0}
.stops li{display:grid;grid-template-columns:7.4rem 1fr;gap:.6rem;padding:.5rem 0;
border-bottom:1px solid var(--line);break-inside:avoid}
.stops time{font-variant-numeric:tabular-nums;color:var(--soft)}
.stops small{display:block;color:var(--soft)}
.stops .check{color:var(--mark)}
.stops .geo{font-variant-numeric:tabular-nums;opacity:.8}
.lunch strong,.dinner strong,.arrival strong,.departure strong{font-weight:500}
.dot{display:inline-block;min-width:1.5em;margin-right:.4em;border-radius:1em;background:var(--ink);
color:var(--paper);text-align:center;font-size:.8em;font-weight:600}
.sky,.events{color:var(--soft);margin:.2rem 0}
.card{background:var(--card);border:2px solid var(--mark);border-radius:.6rem;
padding:.2rem 1rem 1rem;margin-top:1.6rem;break-inside:avoid}
.number{font-size:1.5rem}
.note{min-height:3.2rem;border-bottom:1px dotted var(--soft);color:var(--soft);margin:.4rem 0}
table{width:100%;border-collapse:collapse}
td,th{text-align:start;padding:.3rem .4rem .3rem 0;border-bottom:1px solid var(--line);
vertical-align:top}
.money td:last-child,.money th:last-child{text-align:end;font-variant-numeric:tabular-nums}
@media (max-width:26rem){.stops li{grid-template-columns:1fr;gap:.1rem}}
@page{size:A4;margin:14mm}
@media print{:root{--ink:#000;--soft:#333;--line:#bbb;--paper:#fff;--card:#fff;--mark:#7a1f16}
body{max-width:none;padding:0;font-size:10.5pt}.day,.card,.phrases{break-before:page}.skip{display:none}
nav ol{margin:.2rem 0}}
"""
