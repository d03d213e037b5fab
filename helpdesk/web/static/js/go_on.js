// Sends the one form of a page that only leads on. Without scripts its button does.
document.querySelector("form[data-go-on]")?.requestSubmit();
