// Sends the one form, or follows the one link, of a page that only leads on. Without scripts a click does.
document.querySelector("form[data-go-on]")?.requestSubmit();
document.querySelector("a[data-go-on]")?.click();
