# What many pages say.

imprint = Sellado por Signet
error-prefix = Error:
opens-in-new-tab = (se abre en una pestaña nueva)
continue = Continuar
cancel = Cancelar
back = Volver
try-again = Reintentar
sign-in = Iniciar sesión
sign-out = Cerrar sesión
account = Tu cuenta
use-another-account = Usar otra cuenta
to-first-page = Ir a la página principal

# The languages' page.
language = Idioma
language-lead = Las páginas y los mensajes aparecen en el idioma que elijas aquí.

# The first page.
home-title = Tu sesión
welcome = Te damos la bienvenida
home-signed-in = Has iniciado sesión
home-signed-out = No has iniciado sesión
home-lead = Las aplicaciones te envían aquí cuando necesitan saber quién eres.
issuer = Emisor

# Points in time. $count is a whole number from 1 on.
just-now = ahora mismo
minutes-ago = { $count ->
    [one] hace { $count } minuto
   *[other] hace { $count } minutos
}
hours-ago = { $count ->
    [one] hace { $count } hora
   *[other] hace { $count } horas
}
days-ago = { $count ->
    [one] hace { $count } día
   *[other] hace { $count } días
}
# $day is the day of the month, $month one of the names below, $year the year.
date = { $day } de { $month } de { $year }
date-and-time = { $date }, { $time } UTC
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre

# When a page cannot be shown.
error-detail = Detalle
error-status = Estado
error-request = Solicitud
problem-not-found = Esta página no existe
problem-not-found-message = Puede que la dirección esté incompleta.
problem-method = Esto no se puede hacer aquí
problem-method-message = Esta dirección no admite solicitudes con ese método.
problem-wait = Un momento
problem-busy = Hay demasiadas personas iniciando sesión en este momento. Vuelve a intentarlo en breve.
problem-database = Signet no puede acceder a su base de datos en este momento. Vuelve a intentarlo en breve.
problem-slow = Esto tardó demasiado. Vuelve a intentarlo en breve.
problem-ours = Algo salió mal
problem-ours-message = Es un error nuestro. Vuelve a intentarlo; si el problema continúa, indícanos la referencia que aparece abajo.
gate-broken = Aún no has iniciado sesión
gate-broken-message = Esta página no procede de un inicio de sesión que este navegador haya comenzado. Empieza de nuevo.
gate-declined = No se te ha dejado entrar
gate-declined-message = El inicio de sesión se canceló, o tu cuenta no puede usar este sitio.
problem-stale = Esta página no estaba actualizada
problem-stale-message = Puede que entretanto hayas iniciado o cerrado sesión en otra pestaña. No se cambió nada.
problem-form = No se pudo leer este formulario
problem-form-message = Vuelve a intentarlo.
problem-unread = No se pudo leer esto
problem-unread-message = Vuelve atrás e inténtalo de nuevo.
