#include "picture/page_looks.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"

namespace picture {

constinit const Markup page_style = R"css(
:root{color-scheme:light;--paper:#fff;--panel:#f6f7f9;--line:#dde1e7;--ink:#1b1f24;--soft:#59636e;--link:#0757ba;
--ok:#1a7f5a;--bad:#c4313b;--odd:#9a6700;--tool:#0e7490;--wait:#8c959f;--turn:#8896a8;--mark:#6741d9;
--add:#e3f6ea;--del:#fdebec;--focus:#0757ba}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;--paper:#14171b;--panel:#1c2026;
--line:#333a44;--ink:#e4e8ed;--soft:#9aa5b1;--link:#7cb7ff;--ok:#4cc38a;--bad:#ff7b80;--odd:#e2b340;--tool:#4fc3dc;
--wait:#6b7684;--turn:#75849a;--mark:#b197fc;--add:#14301f;--del:#3a1d20;--focus:#7cb7ff}}
:root[data-theme=dark]{color-scheme:dark;--paper:#14171b;--panel:#1c2026;--line:#333a44;--ink:#e4e8ed;--soft:#9aa5b1;
--link:#7cb7ff;--ok:#4cc38a;--bad:#ff7b80;--odd:#e2b340;--tool:#4fc3dc;--wait:#6b7684;--turn:#75849a;--mark:#b197fc;
--add:#14301f;--del:#3a1d20;--focus:#7cb7ff}
*{box-sizing:border-box}
html{scroll-padding-top:3.5rem}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.5rem;z-index:9}
header,main{max-width:78rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:1.75rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 .75rem 0 0;display:inline;letter-spacing:-.01em}
h2{font-size:1.1rem;margin:2.5rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:0}h4{font-size:.9rem;margin:0;font-weight:600}
.lead{color:var(--soft);margin:.35rem 0 0}
.badge{display:inline-block;padding:.05rem .55rem;border-radius:1rem;border:1px solid currentColor;font-size:.8rem;
font-weight:600;color:var(--soft);vertical-align:.15rem;white-space:nowrap}
.badge[data-phase=Succeeded]{color:var(--ok)}.badge[data-phase=Failed],.badge[data-phase=DeadLetter]{color:var(--bad)}
.badge[data-phase=Running],.badge[data-phase=Interrupted],.badge[data-phase=WaitingApproval]{color:var(--odd)}
nav{position:sticky;top:0;z-index:5;background:var(--paper);border-bottom:1px solid var(--line)}
nav>div{max-width:78rem;margin:0 auto;padding:.45rem 1.5rem;display:flex;gap:1.1rem;flex-wrap:wrap;align-items:center}
nav .tools{margin-left:auto;display:none;gap:.5rem;align-items:center}.js nav .tools{display:flex}
input,button{font:inherit;font-size:.85rem;color:inherit;background:var(--paper);border:1px solid var(--line);
border-radius:5px;padding:.15rem .55rem;white-space:nowrap}button{cursor:pointer}button:hover{border-color:var(--soft)}
input{width:11rem}
.totals{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:1px;margin:1.25rem 0 1rem;padding:0;
border:1px solid var(--line);border-radius:8px;overflow:hidden}
.totals div{box-shadow:0 0 0 .5px var(--line);padding:.55rem .8rem}.totals dt{color:var(--soft);font-size:.78rem}
.totals dd{margin:0;font-weight:600;font-size:1.02rem}
pre,.pieces,code{font:12.5px/1.55 ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
pre,.pieces{white-space:pre-wrap;margin:0;max-height:26rem;overflow:auto;unicode-bidi:isolate}
pre{padding:.1rem 0}
.pieces{max-height:36rem;border-top:1px dashed var(--line);margin-top:.4rem}
.pieces>div{content-visibility:auto;contain-intrinsic-size:auto 20rem}
.card{border:1px solid var(--line);border-radius:8px;padding:.7rem .9rem;margin:.6rem 0;background:var(--paper)}
.card.error{border-left:3px solid var(--bad)}.card.answer{border-left:3px solid var(--ok)}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:.8rem}.pair .card{margin:0;min-width:0}
.result{grid-template-columns:minmax(0,1fr) minmax(0,2fr)}
.soft{color:var(--soft);font-weight:400}.bad{color:var(--bad)}.odd{color:var(--odd)}.ok{color:var(--ok)}
figure{margin:0}
.graph{overflow-x:auto;border:1px solid var(--line);border-radius:8px;background:var(--panel);padding:.5rem}
.graph svg{display:block;margin:0 auto;max-width:100%;height:auto}.graph svg.big{min-width:44rem}
.graph svg.wide{min-width:112rem}
.graph text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--soft)}
.graph .n text:first-of-type{font-weight:600;font-size:13px;fill:var(--ink)}
.graph .n rect.box{fill:var(--paper);stroke:var(--line);stroke-width:1.25}.graph .n rect.edge{fill:var(--wait)}
.graph .n[data-state=succeeded] rect.edge{fill:var(--ok)}.graph .n[data-state=failed] rect.edge{fill:var(--bad)}
.graph .n[data-state=running] rect.edge,.graph .n[data-state=interrupted] rect.edge{fill:var(--odd)}
.graph .n:hover rect.box,.graph a:focus rect.box{stroke:var(--focus)}
.graph path{fill:none;stroke:var(--wait);stroke-width:1.4}.graph path.not{stroke-dasharray:2 4;opacity:.75}
.graph path.delegate{stroke-dasharray:7 4}.graph marker path{fill:var(--wait);stroke:none}
.graph .label{paint-order:stroke;stroke:var(--panel);stroke-width:4px;font-size:11px}
.wf{list-style:none;margin:0;padding:0;position:relative}.wf li.bg{position:absolute;inset:0;pointer-events:none}
.wf .bg svg{height:100%}
.waterfall{border:1px solid var(--line);border-radius:8px;overflow:hidden;font-size:.83rem}
.wf li,.axis{display:grid;grid-template-columns:minmax(9rem,21rem) minmax(12rem,1fr) 4.6rem 8.5rem;gap:.6rem;align-items:center;
padding:0 .7rem;min-height:1.5rem;position:relative}
.wf li:hover{background:var(--panel)}
.wf .l{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}.wf .l a{color:inherit}
.wf .l a::after{content:"";position:absolute;inset:0}.wf .l a:focus-visible{outline:0}
.wf li:has(a:focus-visible){outline:2px solid var(--focus);outline-offset:-2px}
.wf .t{font-weight:600;border-top:1px solid var(--line)}.wf .d1 .l{padding-left:1.1rem}
.wf .note,.wf .pause{color:var(--soft)}
.wf .s{text-align:right;color:var(--soft);font-weight:400}.wf .w{color:var(--soft);font-weight:400;white-space:nowrap;
overflow:hidden;text-overflow:ellipsis}
.wf svg,.axis svg{width:100%;height:1.5rem;display:block;overflow:visible}
.axis{border-bottom:1px solid var(--line);background:var(--panel)}.axis text{font-size:11px;fill:var(--soft)}
.part{content-visibility:auto;contain-intrinsic-size:auto 75rem}
.b-turn{fill:var(--turn)}.b-answered{fill:var(--ok)}.b-tool{fill:var(--tool)}
.b-failed{fill:var(--del);stroke:var(--bad);stroke-width:1.5}
.b-doubt{fill:none;stroke:var(--odd);stroke-width:1.5;stroke-dasharray:2 2}
.b-under_way{fill:var(--odd);opacity:.75}.b-waited{fill:var(--wait);opacity:.6}
.b-paused{fill:none;stroke:var(--wait);stroke-width:1.5;stroke-dasharray:2 3}
.b-mark{fill:var(--mark)}.b-denied{fill:var(--bad)}.grid{stroke:var(--line);stroke-width:1}
.cut{stroke:var(--soft);stroke-dasharray:1 3}
.legend{color:var(--soft);font-size:.8rem;margin:.5rem 0 0;display:flex;gap:.3rem 1.1rem;flex-wrap:wrap}
.legend svg{width:1.5rem;height:.7rem;vertical-align:-.05rem;margin-right:.3rem}
.turn{margin:1.2rem -4px 1.6rem;padding:4px;content-visibility:auto;contain-intrinsic-size:auto 30rem}
.turn>.head{display:flex;flex-wrap:wrap;gap:.15rem .8rem;align-items:baseline;margin-bottom:.3rem}
.msg{border-left:2px solid var(--line);margin:.25rem 0;padding:0 0 0 .8rem}
summary{cursor:pointer;color:var(--soft);font-size:.85rem;padding:.1rem 0;overflow:hidden;text-overflow:ellipsis}
summary b{color:var(--ink);font-weight:600;margin-right:.4rem}
.msg[open]>summary bdi{display:none}
.msg:not([open])>summary,.pair summary{white-space:nowrap}
.call{border:1px solid var(--line);border-radius:8px;padding:.5rem .8rem;margin:.5rem 0;content-visibility:auto;
contain-intrinsic-size:auto 9rem}
.call>h4{display:flex;flex-wrap:wrap;gap:.1rem .7rem;align-items:baseline}
.call:target,.call.at,.turn:target{box-shadow:0 0 0 2px var(--focus)}
.answered{border-left:3px solid var(--ok)}.failed{border-left:3px solid var(--bad)}
.doubt,.under_way{border-left:3px dashed var(--odd)}.ran{border-left:3px solid var(--tool)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.05rem .9rem;margin:.3rem 0;font-size:.85rem}
.facts dt{color:var(--soft)}.facts dd{margin:0}
.tag{color:var(--soft);font-size:.8rem;margin:.35rem 0 .1rem}
.tag.bad{color:var(--bad)}.msg:target{border-color:var(--focus)}
.event{font-size:.85rem;color:var(--soft);margin:.2rem 0 .2rem .8rem}
table{border-collapse:collapse;width:100%;font-size:.85rem}th{text-align:left;color:var(--soft);font-weight:600}
th,td{padding:.2rem .8rem .2rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td.r,th.r{text-align:right}td.time{white-space:nowrap;color:var(--soft)}td.who{min-width:6rem}th{overflow-wrap:normal}.scroll{overflow-x:auto}
.diff{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem;font:12.5px/1.55 ui-monospace,SFMono-Regular,Menlo,
Consolas,"Liberation Mono",monospace}.diff div{white-space:pre-wrap;padding:0 .4rem;min-height:1.5em;min-width:0;
unicode-bidi:isolate}.diff del,.diff ins{text-decoration:none}.diff .del::before{content:"- "}
.diff .add::before{content:"+ "}
.beside{display:grid;grid-template-columns:1fr 1fr;gap:1rem}.beside>div{min-width:0}.beside .wf li,.beside .axis{
grid-template-columns:minmax(7rem,11rem) 1fr 4.2rem}.beside .w{display:none}
.two td,.two th:not(:first-child){width:28%}.changed td{font-weight:600}.changed td:last-child{font-weight:400}
.diff .add{background:var(--add)}.diff .del{background:var(--del)}
.diff .same{color:var(--soft)}
dialog{border:1px solid var(--line);border-radius:10px;background:var(--paper);color:var(--ink);min-width:18rem}
dialog dl{display:grid;grid-template-columns:3rem 1fr;gap:.2rem}dialog dt{font-family:ui-monospace,monospace;
font-weight:700}dialog dd{margin:0}dialog h2{margin-top:0}
footer{color:var(--soft);font-size:.8rem;margin:3rem 0 2rem}
[hidden]{display:none!important}
@media (max-width:44rem){header,main,nav>div{padding-left:.9rem;padding-right:.9rem}nav>div{gap:.2rem .8rem}
nav .tools{margin-left:0;width:100%}nav input{flex:1;min-width:0;width:auto}.axis .o{display:none}html{scroll-padding-top:5.2rem}h1{font-size:1.3rem}
.wf li:not(.bg),.beside .wf li:not(.bg){grid-template-columns:minmax(0,1fr) auto auto;gap:0 .5rem;padding:.3rem .6rem 0}
.wf .bg,.axis,.beside .wf .bg,.beside .axis{display:block;padding:0 .6rem}.wf li>svg{grid-column:1/-1;grid-row:2;height:1.25rem;margin-top:-.2rem}
.wf .bg>svg{height:100%}.wf .w{max-width:9rem}.wf .note .l{white-space:normal}
.events tr{display:grid;grid-template-columns:max-content 1fr}.events thead{display:none}
.events td{border:0;padding:0 .8rem 0 0}.events td:last-child{grid-column:1/-1;border-bottom:1px solid var(--line);padding:0 0 .3rem}
.two,.two thead,.two tbody{display:block}.two tr{display:grid;grid-template-columns:1fr 1fr;border-bottom:1px solid var(--line)}
.two td,.two th{border:0;padding:.1rem .8rem .1rem 0;min-width:0}.two th[scope=row],.two td:last-child{grid-column:1/-1}
.two thead th:first-child,.two thead th:last-child,.two td:last-child:empty{display:none}.two td,.two th:not(:first-child){width:auto}
.facts{grid-template-columns:1fr}.facts dd{margin:0 0 .25rem}.pair,.result,.beside{grid-template-columns:minmax(0,1fr)}}
@media print{.wf li,.axis,tr{break-inside:avoid}.turn{margin-left:0;margin-right:0;padding:0}.graph svg.big,.graph svg.wide{min-width:0}nav,.skip,dialog,.legend{display:none!important}body{font-size:10pt}header,main{max-width:none;padding:0}
pre,.pieces{max-height:none;overflow:visible}.turn,.call,.part,.pieces>div{content-visibility:visible}
details:not(.big)::details-content{content-visibility:visible!important;block-size:auto!important;display:block!important}
.call,.card{break-inside:auto}h2,h3,h4{break-after:avoid}a{color:inherit}
.b-answered,.b-turn,.b-tool,.b-mark,.b-failed,.b-doubt{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)css";

constinit const Markup page_script = R"js(
'use strict';
(() => {
const root = document.documentElement, all = (s, e) => [...(e || document).querySelectorAll(s)];
root.classList.add('js');
const box = document.getElementById('search'), said = document.getElementById('said'), keys = document.getElementById('keys');
const dark = () => root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
const theme = () => { root.dataset.theme = dark() ? 'light' : 'dark'; };
const stops = () => all('.call').filter(e => !e.closest('[hidden]'));
let at = null;
const go = e => {
  if (!e) return;
  if (at) at.classList.remove('at');
  at = e; e.classList.add('at'); e.focus({preventScroll: true}); e.scrollIntoView({block: 'start'});
};
const step = by => {
  const list = stops(), i = list.indexOf(at);
  if (i < 0) {
    const below = list.find(e => e.getBoundingClientRect().top > 60);
    return go(by > 0 ? below || list[0] : list[list.indexOf(below) - 1] || list[0]);
  }
  go(list[i + by]);
};
const open = list => { const some = list.some(d => !d.open); list.forEach(d => { d.open = some; }); };
let hits = [], hit = -1;
const next = () => {
  if (!hits.length) return;
  hit = (hit + 1) % hits.length;
  for (let d = hits[hit].closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
  said.textContent = (hit + 1) + ' of ' + hits.length;
  const e = hits[hit];
  if (e.matches('.call')) go(e); else { if (!e.matches('summary,a')) e.tabIndex = -1; e.focus({preventScroll: true}); e.scrollIntoView({block: 'center'}); }
};
const search = () => {
  const word = box.value.trim().toLowerCase();
  hits = []; hit = -1; said.textContent = '';
  if (!word) return;
  hits = all('.msg, .call, .event, .card, tbody tr').filter(e => {
    const own = e.matches('.call') ? [...e.childNodes].filter(c => c.nodeType !== 1 || !c.matches('.msg')) : [e];
    return own.some(c => c.textContent.toLowerCase().includes(word));
  });
  if (!hits.length) said.textContent = 'no hit';
  next();
};
document.addEventListener('click', e => {
  const id = e.target.closest && e.target.closest('[data-do]');
  if (!id) return;
  if (id.dataset.do === 'theme') theme();
  if (id.dataset.do === 'keys') keys.showModal();
  if (id.dataset.do === 'open') open(all('details'));
});
box.addEventListener('keydown', e => {
  if (e.key === 'Enter') { e.preventDefault(); if (hits.length && box.dataset.of === box.value) next(); else { box.dataset.of = box.value; search(); } box.focus({preventScroll: true}); }
  if (e.key === 'Escape') { box.value = ''; search(); box.blur(); }
});
document.addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target === box || keys.open) return;
  const act = {j: () => step(1), k: () => step(-1), n: next, t: theme, a: () => open(all('details')),
    o: () => at && open(all('details', at)), '/': () => box.select(), '?': () => keys.showModal()}[e.key];
  if (act) { e.preventDefault(); act(); }
});
const reveal = () => {
  const e = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  for (let d = e && e.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
  if (e && e.matches('details')) e.open = true;
  if (e) e.scrollIntoView();
};
addEventListener('hashchange', reveal); reveal();
let folded = [];
addEventListener('beforeprint', () => { folded = all('details:not([open]):not(.big)'); folded.forEach(d => { d.open = true; }); });
addEventListener('afterprint', () => { folded.forEach(d => { d.open = false; }); folded = []; });
})();
)js";

std::string page_policy() {
    const auto hash = [](Markup part) {
        return base::format("'sha256-{}'", base::base64(base::bytes_of(base::sha256(part.text))));
    };
    return base::format("default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; "
                        "form-action 'none'",
                        hash(page_style), hash(page_script));
}

} // namespace picture
