// Theme and density: kept in cookies, so that the server draws the next page right from the start.
import { on, $$ } from "./dom.js";

const remember = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=${value ? 31536000 : 0}; samesite=lax`; };
const press = (selector, isOn) => $$(selector).forEach((button) => button.setAttribute("aria-pressed", isOn(button)));

on("click", "[data-theme-to]", (_, button) => {
  const theme = button.dataset.themeTo;
  if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
  remember("theme", theme);
  press("[data-theme-to]", (other) => other.dataset.themeTo === theme);
});

on("click", "[data-density-toggle]", () => {
  const compact = document.documentElement.dataset.density !== "compact";
  if (compact) document.documentElement.dataset.density = "compact"; else delete document.documentElement.dataset.density;
  remember("density", compact ? "compact" : "");
  press("[data-density-toggle]", () => compact);
});
