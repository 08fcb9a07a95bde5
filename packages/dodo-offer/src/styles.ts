/** The looks. Everything that a page may want to change is a custom property of the host. */
export const STYLES = `
:host{
--offer-font:inherit;
--offer-font-size:1rem;
--offer-accent:light-dark(#1d5fd1,#8ab4ff);
--offer-on-accent:light-dark(#fff,#0b1a33);
--offer-text:light-dark(#1b1f27,#eef1f6);
--offer-muted:light-dark(#565e6c,#a9b2c1);
--offer-background:light-dark(#fff,#171b22);
--offer-surface:light-dark(#f5f7fa,#20262f);
--offer-border:light-dark(#d9dfe8,#38414f);
--offer-good:light-dark(#12703f,#68d598);
--offer-care:light-dark(#9a4a00,#ffb86b);
--offer-radius:16px;
--offer-button-radius:10px;
--offer-padding:1.5rem;
--offer-gap:1rem;
--offer-border-width:1px;
--offer-shadow:0 1px 2px rgb(20 30 50/.06),0 8px 28px rgb(20 30 50/.09);
--offer-headline-size:1.375rem;
--offer-price-size:1.75rem;
--offer-headline-weight:680;
--offer-button-height:3rem;
--offer-button-weight:620;
--offer-max-width:34rem;
--offer-focus:var(--offer-accent);
display:block;container-type:inline-size;color-scheme:light dark;max-width:var(--offer-max-width);
font:var(--offer-font);font-size:var(--offer-font-size);color:var(--offer-text)}
:host(:not([data-phase])),:host([hidden]){display:none}
:host([theme=light]){color-scheme:light}:host([theme=dark]){color-scheme:dark}
*{box-sizing:border-box}
h2,p,dl,dd,fieldset{margin:0;padding:0;border:0}
.card{background:var(--offer-background);border:var(--offer-border-width) solid var(--offer-border);border-radius:var(--offer-radius);
box-shadow:var(--offer-shadow);padding:var(--offer-padding);display:grid;gap:var(--offer-gap);line-height:1.5;overflow-wrap:anywhere;position:relative}
.card+.card{margin-top:.75rem}
.top{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between}
.badge{background:color-mix(in srgb,var(--offer-accent) 12%,transparent);color:var(--offer-accent);border-radius:99px;padding:.15rem .7rem;font-size:.8125em;font-weight:620}
.time{color:var(--offer-muted);font-size:.8125em;font-variant-numeric:tabular-nums;margin-inline-start:auto}
h2{font-size:var(--offer-headline-size);font-weight:var(--offer-headline-weight);line-height:1.25;letter-spacing:-.01em;text-wrap:balance;outline-offset:4px}
.body{color:var(--offer-muted)}
.price{background:var(--offer-surface);border-radius:calc(var(--offer-radius)*.7);padding:.85rem 1rem;display:grid;gap:.4rem}
.price>div{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;align-items:baseline;font-size:.9375em}
dt{color:var(--offer-muted)}dd{text-align:end;font-variant-numeric:tabular-nums;margin-inline-start:auto}
.due dd{font-size:var(--offer-price-size);font-weight:700;line-height:1.15;letter-spacing:-.02em}
.due{font-size:1em!important}
small{display:block;color:var(--offer-muted);font-size:.8125rem;font-weight:400;letter-spacing:0}
.saving dd{color:var(--offer-good);font-weight:620}
fieldset{min-width:0;display:grid;gap:.5rem}
legend{padding:0;margin-bottom:.35rem;color:var(--offer-muted);font-size:.875em}
label{display:flex;gap:.6rem;align-items:start;cursor:pointer}
.option{border:1px solid var(--offer-border);border-radius:var(--offer-button-radius);padding:.7rem .9rem;align-items:center;min-height:44px}
.option:has(:checked){border-color:var(--offer-accent);box-shadow:inset 0 0 0 1px var(--offer-accent)}
input{accent-color:var(--offer-accent);width:1.15rem;height:1.15rem;margin:.15rem 0 0;flex:none}
.option input{margin:0}
.stepper{display:flex;align-items:center;justify-content:space-between;gap:1rem}
.stepper div{display:flex;align-items:center;gap:.25rem}
output{min-width:2.5ch;text-align:center;font-weight:620;font-variant-numeric:tabular-nums}
button,.link{font:inherit;font-weight:var(--offer-button-weight);min-height:var(--offer-button-height);border-radius:var(--offer-button-radius);border:1px solid transparent;
padding:.5rem 1.1rem;cursor:pointer;display:inline-flex;align-items:center;justify-content:center;text-align:center;text-decoration:none;line-height:1.25;color:inherit;transition:filter .15s,background .15s}
.primary{background:var(--offer-accent);color:var(--offer-on-accent)}
.quiet,.step{background:transparent;border-color:var(--offer-border);color:var(--offer-text)}
.primary:hover{filter:brightness(1.08)}.quiet:hover,.step:hover{background:var(--offer-surface)}
.step{width:44px;min-height:44px;padding:0;font-size:1.25em}
:disabled{cursor:default;opacity:.6}
[aria-busy=true]{opacity:1}
[aria-busy=true]:before{content:"";width:1em;height:1em;margin-inline-end:.6em;border:2px solid;border-inline-end-color:transparent;border-radius:50%;animation:turn .8s linear infinite}
.actions{display:grid;gap:.6rem}
.terms{color:var(--offer-muted);font-size:.8125em}
.notice{background:color-mix(in srgb,var(--offer-care) 10%,transparent);color:var(--offer-care);border-radius:var(--offer-button-radius);padding:.65rem .9rem;font-size:.9375em}
.outcome{grid-template-columns:auto 1fr;gap:.35rem 1rem}
.outcome>*{grid-column:2}.outcome .actions{margin-top:.6rem}
.mark{grid-column:1;grid-row:1/span 2;width:2.25rem;height:2.25rem;border-radius:50%;display:grid;place-items:center;background:color-mix(in srgb,currentColor 13%,transparent);color:var(--offer-muted)}
.mark svg{width:1.2rem;height:1.2rem;fill:none;stroke:currentColor;stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}
.good .mark{color:var(--offer-good)}.care .mark{color:var(--offer-care)}.wait .mark{color:var(--offer-accent)}
.wait svg{animation:turn 1.2s linear infinite}
.outcome h2{font-size:1.1875rem;align-self:center;min-height:2.25rem;display:flex;align-items:center}
:focus-visible{outline:3px solid var(--offer-focus);outline-offset:2px}
h2:focus{outline:none}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@container (min-width:26rem){.actions.two{grid-template-columns:1fr 1fr}}
@container (max-width:22rem){.top{flex-wrap:nowrap}.card{padding:calc(var(--offer-padding)*.7);gap:calc(var(--offer-gap)*.7);line-height:1.4}
.price{padding:.6rem .75rem;gap:.15rem}h2{font-size:calc(var(--offer-headline-size)*.88)}.due dd{font-size:calc(var(--offer-price-size)*.85)}}
@keyframes turn{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion:reduce){*,:before{animation-duration:3s!important;transition:none!important}}
@media (forced-colors:active){button,.card{border:1px solid}}
`;
