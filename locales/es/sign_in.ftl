# Signing in and out, the second step, passkeys, and choosing a password. Names of people and applications are $login, $client
# and so on. $count is a whole number.

# Where other ways to do the same are, for screen readers.
other-ways = Otras opciones

# The sign-in form.
sign-in-identifier = Correo electrónico o nombre de usuario
sign-in-password = Contraseña
sign-in-with-passkey = Iniciar sesión con una llave de acceso
sign-in-forgot = ¿Olvidaste tu contraseña?
sign-in-register = Crear una cuenta
sign-in-incomplete = Escribe tu correo electrónico o nombre de usuario, y tu contraseña.
sign-in-wrong = Ese correo electrónico, nombre de usuario o contraseña no es correcto.
sign-in-wrong-passkey = Esa llave de acceso no funcionó aquí. Vuelve a intentarlo o inicia sesión con tu contraseña.
# $count is how many minutes it is until then.
sign-in-throttled = { $count ->
    [one] Hubo demasiados intentos. Vuelve a intentarlo dentro de { $count } minuto, o desde un navegador en el que hayas iniciado sesión antes.
   *[other] Hubo demasiados intentos. Vuelve a intentarlo dentro de { $count } minutos, o desde un navegador en el que hayas iniciado sesión antes.
}
challenges-throttled = { $count ->
    [one] Hubo demasiados intentos. Vuelve a intentarlo dentro de { $count } minuto.
   *[other] Hubo demasiados intentos. Vuelve a intentarlo dentro de { $count } minutos.
}
sign-in-other-account = Esta aplicación pide la cuenta que usaste antes con ella. No es la cuenta con la que has iniciado sesión aquí.

# The same form for someone who is signed in, and is to prove once more who they are. $client is an application.
reauthenticate-title = Confirma que eres tú
reauthenticate-lead = Escribe otra vez tu contraseña para continuar.
reauthenticate-lead-client = Escribe otra vez tu contraseña para continuar en { $client }
confirm = Confirmar
use-a-passkey = Usar una llave de acceso

# The second step of a sign-in.
verify-title = Segundo paso
verify-recovery-code = Escribe un código de recuperación
verify-recovery-code-lead = Usa uno de los códigos que guardaste al configurar el segundo paso. Cada uno funciona una sola vez.
verify-recovery-code-label = Código de recuperación
verify-recovery-code-wrong = Ese no es uno de tus códigos de recuperación, o ya se usó.
verify-passkey = Usa tu llave de acceso
verify-passkey-lead = Confirma con el dispositivo que tiene tu llave de acceso.
verify-passkey-wrong = Esa llave de acceso no funcionó. Vuelve a intentarlo o elige otra opción.
verify-passkey-needs-script = Las llaves de acceso necesitan JavaScript.
verify-passkey-needs-script-or-code = Las llaves de acceso necesitan JavaScript. Si no lo tienes, usa un código de recuperación.
verify-totp = Escribe tu código
verify-totp-lead = Abre tu app de autenticación y escribe el código que muestra.
verify-totp-wrong = Ese código no es correcto o ya se usó. Espera al siguiente y vuelve a intentarlo.
verify-use-totp = Usar un código de tu app de autenticación
verify-use-recovery-code = Usar un código de recuperación
# Of an authenticator app.
six-digit-code = Código de seis dígitos
# $count is how many minutes it is until then.
codes-throttled = { $count ->
    [one] Hubo demasiados códigos incorrectos. Vuelve a intentarlo dentro de { $count } minuto.
   *[other] Hubo demasiados códigos incorrectos. Vuelve a intentarlo dentro de { $count } minutos.
}

# Setting up an authenticator app; the first lead is for those who choose to, the second for those who have to.
enrol-title = Configurar una app de autenticación
enrol-lead = Una app de autenticación en tu teléfono muestra un código nuevo cada medio minuto. Sin él, quien descubra tu contraseña tampoco podrá iniciar sesión.
enrol-lead-demanded = Se necesita un segundo paso para iniciar sesión. Una app de autenticación en tu teléfono muestra un código nuevo cada medio minuto. Sin él, quien descubra tu contraseña tampoco podrá iniciar sesión.
enrol-scan = 1. Escanea esto con tu app
enrol-qr = Código QR con la clave de abajo
# A link, and what comes below it.
enrol-open = Abrir en este dispositivo
enrol-type = O escribe esta clave:
enrol-confirm = 2. Escribe el código que muestra
enrol-turn-on = Activar
enrol-not-now = Ahora no
enrol-wrong = Ese código no es correcto. Comprueba que la hora de tu dispositivo sea correcta y escribe el código que muestra ahora.

# Once an authenticator app is set up.
authenticator-title = App de autenticación
authenticator-on = Tu app de autenticación está activada
authenticator-lead = Al iniciar sesión se te pide un código de tu app de autenticación.
# What else there is, for screen readers.
authenticator-more = Más
authenticator-recovery-codes = Códigos de recuperación, por si pierdes el teléfono
authenticator-turn-off = Desactivar

# Recovery codes. $count is how many are left; few are left in the first message.
recovery-codes-title = Códigos de recuperación
recovery-codes-lead = Te permiten entrar cuando no tienes tu teléfono. Cada uno funciona una sola vez.
recovery-codes-few = { $count ->
    [0] No te quedan códigos de recuperación. Crea códigos nuevos mientras puedas iniciar sesión.
    [one] Te queda un código de recuperación. Crea códigos nuevos mientras puedas iniciar sesión.
   *[other] Te quedan { $count } códigos de recuperación. Crea códigos nuevos mientras puedas iniciar sesión.
}
recovery-codes-left = { $count ->
    [one] Te queda { $count }. No se puede volver a mostrar, pero puedes crear códigos nuevos.
   *[other] Te quedan { $count }. No se pueden volver a mostrar, pero puedes crear códigos nuevos.
}
recovery-codes-renew = Crear códigos nuevos
recovery-codes-renew-hint = Los códigos que tienes ahora dejarán de funcionar.
recovery-codes-save = Guarda tus códigos de recuperación
recovery-codes-save-lead = Si pierdes el teléfono, son tu forma de entrar. Cada uno funciona una sola vez. No se volverán a mostrar: guárdalos donde guardas el pasaporte, no en el teléfono.
recovery-codes-download = Descargar como archivo
recovery-codes-saved = Ya los guardé
# The head of that file, two lines. $login is the person's e-mail address, $issuer the address of Signet.
recovery-codes-file = Códigos de recuperación de { $login } en { $issuer }
recovery-codes-file-hint = Cada uno funciona una sola vez, cuando no tienes tu segundo factor.

# Signing out.
sign-out-heading = ¿Cerrar sesión?
sign-out-lead = Esto pone fin a tu sesión en este navegador.
sign-out-stay = Mantener la sesión abierta
signed-out-title = Sesión cerrada
signed-out-heading = Has cerrado sesión
signed-out-lead = Tu sesión en este navegador ha terminado. Puedes cerrar esta página.
signed-out-again = Iniciar sesión de nuevo

# Passkeys.
passkeys-title = Llaves de acceso
passkeys-lead = Con una llave de acceso inicias sesión mediante tu huella digital, tu rostro, el PIN de tu dispositivo o una llave de seguridad. No hay nada que recordar, y nadie puede engañarte para que la escribas en otro sitio.
passkeys-yours = Tus llaves de acceso
passkeys-none = Todavía no tienes ninguna.
# $day is a date.
passkeys-added = Añadida el { $day }.
passkeys-used = Último uso: { $day }.
passkeys-unused = Sin usar todavía.
passkeys-backed-up = También está guardada en tu administrador de contraseñas o con tu proveedor.
passkeys-change = Cambiar nombre o eliminar
passkeys-name = Nombre
passkeys-rename = Cambiar nombre
passkeys-remove = Eliminar esta llave de acceso
passkeys-add = Añadir una llave de acceso
passkeys-full = Tienes { $count } llaves de acceso, el máximo permitido. Para añadir otra, elimina una primero.
passkeys-needs-script = Para añadir una llave de acceso se necesita JavaScript. Actívalo para esta página y vuelve a cargarla.
passkeys-new-name = ¿Qué nombre quieres ponerle?
# What a passkey is called whose person does not call it anything else.
passkeys-usual-name = Llave de acceso
# What was wrong with a passkey that was to be added, renamed or removed. $count is how many characters a name may have.
passkeys-wrong-name = Ponle un nombre de { $count } caracteres como máximo.
passkeys-wrong = Esa llave de acceso no se añadió. Puede que haya pasado demasiado tiempo: vuelve a intentarlo.
passkeys-taken = Esa llave de acceso ya está añadida.
passkeys-too-many = Tienes el máximo de llaves de acceso permitido. Elimina una primero.
passkeys-last-way-in = No tienes contraseña, así que esta llave de acceso es tu única forma de entrar. Añade otra primero.
# What the browser says of a passkey that was to be made or used.
passkey-yours-already = Esta llave de acceso ya es una de las tuyas.
passkey-unused = No se usó ninguna llave de acceso. Puedes volver a intentarlo.
passkey-not-here = Este navegador no permite llaves de acceso en esta dirección.
passkey-stale = Esta página no está actualizada. Vuelve a cargarla.
passkey-failed = No funcionó. Vuelve a intentarlo.

# Choosing a password: one that was another's choice is replaced, the present one is changed, or the first one is set.
password-choose = Elige una contraseña
password-change = Cambia tu contraseña
password-set = Crea una contraseña
password-choose-lead = La tuya la eligió otra persona. Sustitúyela por una que solo tú conozcas.
password-change-lead = Al cambiarla, se cerrarán todas tus demás sesiones.
password-present = Tu contraseña actual
password-new = Contraseña nueva
# $count is how many characters it has at the least.
password-hint = Al menos { $count } caracteres, de cualquier tipo. Unas cuantas palabras sin relación entre sí son fáciles de recordar y difíciles de adivinar.
password-repeat = Repite la contraseña nueva
password-do-change = Cambiar contraseña
password-do-set = Crear contraseña
password-missing = Escribe una contraseña nueva.
password-not-repeated = Las dos no coinciden. Escribe la contraseña nueva dos veces.
password-present-wrong = Esa no es tu contraseña actual.
password-unchecked = No se puede comprobar tu contraseña en este momento.
# $count is how many minutes it is until then.
password-throttled = { $count ->
    [one] Hubo demasiadas contraseñas incorrectas. Vuelve a intentarlo dentro de { $count } minuto.
   *[other] Hubo demasiadas contraseñas incorrectas. Vuelve a intentarlo dentro de { $count } minutos.
}

# How strong a password is, as it is typed.
strength-label = Dificultad para adivinarla
strength-enough = Es suficiente, pero no es difícil de adivinar.
strength-hard = Difícil de adivinar.
strength-very-hard = Muy difícil de adivinar.

# Why something will not do as a password. $count is a number of characters.
password-short = Es demasiado corta: una contraseña tiene al menos { $count } caracteres.
password-long = Es demasiado larga: una contraseña tiene como máximo { $count } caracteres.
password-breached = Esa contraseña se conoce por filtraciones en otros sitios, y es de las primeras que prueba quien intenta adivinar. Elige otra.
password-used = Ya usas o usaste esa contraseña. Elige otra.
password-guessable = Esa contraseña es demasiado fácil de adivinar. Unas cuantas palabras sin relación entre sí forman una buena contraseña.
# $why is one of the sentences below.
password-guessable-because = Esa contraseña es demasiado fácil de adivinar. { $why } Unas cuantas palabras sin relación entre sí forman una buena contraseña.
guessable-straight-rows = Las filas seguidas de teclas son fáciles de adivinar.
guessable-keyboard-patterns = Los patrones cortos de teclado son fáciles de adivinar.
guessable-repeated-characters = Las repeticiones como “aaa” son fáciles de adivinar.
guessable-repeated-groups = Las repeticiones como “abcabcabc” son solo un poco más difíciles de adivinar que “abc”.
guessable-top-10 = Es una de las 10 contraseñas más comunes.
guessable-top-100 = Es una de las 100 contraseñas más comunes.
guessable-common = Es una contraseña muy común.
guessable-similar = Se parece a una contraseña de uso común.
guessable-sequences = Las secuencias como abc o 6543 son fáciles de adivinar.
guessable-years = Los años recientes son fáciles de adivinar.
guessable-word = Una palabra sola es fácil de adivinar.
guessable-dates = Las fechas suelen ser fáciles de adivinar.
guessable-names = Los nombres y apellidos solos son fáciles de adivinar.
guessable-common-names = Los nombres y apellidos comunes son fáciles de adivinar.

# When too many e-mails were asked for. $count is how many minutes it is until one more may be.
mail-throttled = { $count ->
    [one] Ya se pidieron varios mensajes. Vuelve a intentarlo dentro de { $count } minuto.
   *[other] Ya se pidieron varios mensajes. Vuelve a intentarlo dentro de { $count } minutos.
}

# An application asks to sign someone out; $client is its name.
logout-heading = ¿Quieres cerrar sesión?
logout-lead-client = { $client } solicita cerrar tu sesión aquí. Esto pone fin a tu sesión en este navegador.
logout-lead = Una aplicación solicita cerrar tu sesión aquí. Esto pone fin a tu sesión en este navegador.
logout-refused = Este cierre de sesión no funciona
logout-refused-message = La aplicación que te envió aquí hizo una solicitud que no se puede responder. Si tenías una sesión iniciada aquí, sigue abierta.
logout-here = Cerrar sesión aquí

# While applications sign someone out as well.
signing-out-onward = Las aplicaciones que usaste también están cerrando tu sesión. Después volverás a { $client }.
signing-out-lead = Tu sesión en este navegador ha terminado, y las aplicaciones que usaste en ella también están cerrando tu sesión. Puedes cerrar esta página.
signing-out-frame = Cerrando sesión
