# Signing in and out, the second step, passkeys, and choosing a password. Names of people and applications are $login, $client
# and so on. $count is a whole number.

# Where other ways to do the same are, for screen readers.
other-ways = ほかの方法

# The sign-in form.
sign-in-identifier = メールアドレスまたはユーザー名
sign-in-password = パスワード
sign-in-with-passkey = パスキーでサインイン
sign-in-forgot = パスワードをお忘れですか？
sign-in-register = アカウントを作成
sign-in-incomplete = メールアドレスまたはユーザー名と、パスワードを入力してください。
sign-in-wrong = メールアドレス、ユーザー名、またはパスワードが正しくありません。
sign-in-wrong-passkey = このパスキーはここでは使えませんでした。もう一度試すか、パスワードでサインインしてください。
# $count is how many minutes it is until then.
sign-in-throttled = 試行回数が多すぎます。{ $count }分後にもう一度試すか、以前にサインインしたことのあるブラウザからお試しください。
challenges-throttled = 試行回数が多すぎます。{ $count }分後にもう一度お試しください。
sign-in-other-account = このアプリは、以前このアプリで使用したアカウントを求めています。現在ここでサインインしているアカウントとは異なります。

# The same form for someone who is signed in, and is to prove once more who they are. $client is an application.
reauthenticate-title = 本人確認
reauthenticate-lead = 続行するには、パスワードをもう一度入力してください。
reauthenticate-lead-client = 「{ $client }」に進むには、パスワードをもう一度入力してください。
confirm = 確認
use-a-passkey = パスキーを使用

# The second step of a sign-in.
verify-title = 2段階認証
verify-recovery-code = リカバリーコードを入力
verify-recovery-code-lead = 2段階認証を設定したときに保存したコードを1つ使用してください。各コードは1回だけ使えます。
verify-recovery-code-label = リカバリーコード
verify-recovery-code-wrong = リカバリーコードが正しくないか、すでに使用されています。
verify-passkey = パスキーを使用
verify-passkey-lead = パスキーが保存されているデバイスで確認してください。
verify-passkey-wrong = このパスキーは使えませんでした。もう一度試すか、別の方法を選んでください。
verify-passkey-needs-script = パスキーを使用するにはJavaScriptが必要です。
verify-passkey-needs-script-or-code = パスキーを使用するにはJavaScriptが必要です。JavaScriptを使えない場合は、リカバリーコードを使用してください。
verify-totp = コードを入力
verify-totp-lead = 認証アプリを開き、表示されているコードを入力してください。
verify-totp-wrong = コードが正しくないか、すでに使用されています。次のコードが表示されるのを待って、もう一度お試しください。
verify-use-totp = 認証アプリのコードを使用
verify-use-recovery-code = 代わりにリカバリーコードを使用
# Of an authenticator app.
six-digit-code = 6桁のコード
# $count is how many minutes it is until then.
codes-throttled = 正しくないコードの入力が多すぎます。{ $count }分後にもう一度お試しください。

# Setting up an authenticator app; the first lead is for those who choose to, the second for those who have to.
enrol-title = 認証アプリの設定
enrol-lead = スマートフォンの認証アプリには、30秒ごとに新しいコードが表示されます。パスワードを誰かに知られても、そのコードがなければサインインされることはありません。
enrol-lead-demanded = サインインには2段階認証が必要です。スマートフォンの認証アプリには、30秒ごとに新しいコードが表示されます。パスワードを誰かに知られても、そのコードがなければサインインされることはありません。
enrol-scan = 1. アプリでこのコードを読み取ります
enrol-qr = 下のキーを含むQRコード
# A link, and what comes below it.
enrol-open = このデバイスで開く
enrol-type = または、次のキーを入力します：
enrol-confirm = 2. アプリに表示されたコードを入力します
enrol-turn-on = オンにする
enrol-not-now = 今はしない
enrol-wrong = コードが正しくありません。デバイスの時刻が正しいことを確認し、今表示されているコードを入力してください。

# Once an authenticator app is set up.
authenticator-title = 認証アプリ
authenticator-on = 認証アプリはオンになっています
authenticator-lead = サインインするときに、認証アプリのコードの入力が必要です。
# What else there is, for screen readers.
authenticator-more = その他
authenticator-recovery-codes = リカバリーコード（スマートフォンをなくしたとき用）
authenticator-turn-off = オフにする

# Recovery codes. $count is how many are left; few are left in the first message.
recovery-codes-title = リカバリーコード
recovery-codes-lead = スマートフォンが手元にないときに、サインインするためのコードです。各コードは1回だけ使えます。
recovery-codes-few = { $count ->
    [0] リカバリーコードは残っていません。サインインできるうちに、新しいコードを作成してください。
   *[other] リカバリーコードは残り{ $count }個です。サインインできるうちに、新しいコードを作成してください。
}
recovery-codes-left = 残り{ $count }個です。再表示はできませんが、新しいコードを作成できます。
recovery-codes-renew = 新しいコードを作成
recovery-codes-renew-hint = 作成すると、現在のコードは使えなくなります。
recovery-codes-save = リカバリーコードを保存してください
recovery-codes-save-lead = スマートフォンをなくした場合、サインインするにはこれらのコードが必要です。各コードは1回だけ使えます。再表示はできません。スマートフォンの中ではなく、パスポートを保管している場所に保管してください。
recovery-codes-download = ファイルとしてダウンロード
recovery-codes-saved = 保存しました
# The head of that file, two lines. $login is the person's e-mail address, $issuer the address of Signet.
recovery-codes-file = { $issuer } の { $login } 用リカバリーコード
recovery-codes-file-hint = 2段階認証の手段が手元にないときに使います。各コードは1回だけ使えます。

# Signing out.
sign-out-heading = サインアウトしますか？
sign-out-lead = このブラウザでのセッションが終了します。
sign-out-stay = サインインしたままにする
signed-out-title = サインアウト完了
signed-out-heading = サインアウトしました
signed-out-lead = このブラウザでのセッションは終了しました。このページを閉じてもかまいません。
signed-out-again = もう一度サインイン

# Passkeys.
passkeys-title = パスキー
passkeys-lead = パスキーを使うと、指紋、顔、デバイスのPIN、またはセキュリティキーでサインインできます。何も覚える必要はなく、だまされて別の場所に入力してしまうこともありません。
passkeys-yours = お使いのパスキー
passkeys-none = まだありません。
# $day is a date.
passkeys-added = 追加日：{ $day }。
passkeys-used = 最終使用日：{ $day }。
passkeys-unused = まだ使用されていません。
passkeys-backed-up = パスワードマネージャーまたはプロバイダにも保存されています。
passkeys-change = 名前の変更または削除
passkeys-name = 名前
passkeys-rename = 名前を変更
passkeys-remove = このパスキーを削除
passkeys-add = パスキーを追加
passkeys-full = パスキーは上限の{ $count }個に達しています。追加するには、先に1つ削除してください。
passkeys-needs-script = パスキーを追加するにはJavaScriptが必要です。このページでJavaScriptを有効にして、再読み込みしてください。
passkeys-new-name = パスキーの名前
# What a passkey is called whose person does not call it anything else.
passkeys-usual-name = パスキー
# What was wrong with a passkey that was to be added, renamed or removed. $count is how many characters a name may have.
passkeys-wrong-name = 名前を{ $count }文字以内で入力してください。
passkeys-wrong = パスキーは追加されませんでした。時間がかかりすぎた可能性があります。もう一度お試しください。
passkeys-taken = このパスキーはすでに追加されています。
passkeys-too-many = パスキーの数が上限に達しています。先に1つ削除してください。
passkeys-last-way-in = パスワードが設定されていないため、サインインする手段はこのパスキーだけです。先に別のパスキーを追加してください。
# What the browser says of a passkey that was to be made or used.
passkey-yours-already = このパスキーはすでに登録されています。
passkey-unused = パスキーは使用されませんでした。もう一度試すことができます。
passkey-not-here = このブラウザでは、このアドレスでパスキーを使用できません。
passkey-stale = このページの内容は最新ではありません。再読み込みしてください。
passkey-failed = うまくいきませんでした。もう一度お試しください。

# Choosing a password: one that was another's choice is replaced, the present one is changed, or the first one is set.
password-choose = 新しいパスワードを決める
password-change = パスワードの変更
password-set = パスワードの設定
password-choose-lead = 現在のパスワードは、ほかの人が決めたものです。あなただけが知っているパスワードに置き換えてください。
password-change-lead = 変更すると、ここ以外のすべての場所からサインアウトされます。
password-present = 現在のパスワード
password-new = 新しいパスワード
# $count is how many characters it has at the least.
password-hint = { $count }文字以上。文字の種類は問いません。互いに関係のない単語をいくつか並べると、覚えやすく、推測されにくくなります。
password-repeat = 新しいパスワード（もう一度）
password-do-change = パスワードを変更
password-do-set = パスワードを設定
password-missing = 新しいパスワードを入力してください。
password-not-repeated = 2つの入力が一致しません。新しいパスワードを2回入力してください。
password-present-wrong = 現在のパスワードが正しくありません。
password-unchecked = 現在、パスワードを確認できません。
# $count is how many minutes it is until then.
password-throttled = 正しくないパスワードの入力が多すぎます。{ $count }分後にもう一度お試しください。

# How strong a password is, as it is typed.
strength-label = 推測されにくさ
strength-enough = 使用できますが、推測されにくいとは言えません。
strength-hard = 推測されにくいパスワードです。
strength-very-hard = 非常に推測されにくいパスワードです。

# Why something will not do as a password. $count is a number of characters.
password-short = 短すぎます。パスワードは{ $count }文字以上にしてください。
password-long = 長すぎます。パスワードは{ $count }文字以内にしてください。
password-breached = このパスワードはほかのサービスからの漏えいで知られており、攻撃者が最初に試すものです。別のパスワードにしてください。
password-used = このパスワードは、現在使用中か、以前に使用したものです。別のパスワードにしてください。
password-guessable = このパスワードは推測されやすすぎます。互いに関係のない単語をいくつか並べると、よいパスワードになります。
# $why is one of the sentences below.
password-guessable-because = このパスワードは推測されやすすぎます。{ $why }互いに関係のない単語をいくつか並べると、よいパスワードになります。
guessable-straight-rows = キーボードの並びどおりの文字は推測されやすいものです。
guessable-keyboard-patterns = 短いキーボードパターンは推測されやすいものです。
guessable-repeated-characters = 「aaa」のような繰り返しは推測されやすいものです。
guessable-repeated-groups = 「abcabcabc」のような繰り返しは、「abc」よりわずかに推測されにくいだけです。
guessable-top-10 = 最もよく使われるパスワードの上位10位に入っています。
guessable-top-100 = 最もよく使われるパスワードの上位100位に入っています。
guessable-common = 非常によく使われるパスワードです。
guessable-similar = よく使われるパスワードに似ています。
guessable-sequences = abcや6543のような連続した文字は推測されやすいものです。
guessable-years = 最近の年は推測されやすいものです。
guessable-word = 単語1つだけでは推測されやすくなります。
guessable-dates = 日付は多くの場合、推測されやすいものです。
guessable-names = 名前や名字だけでは推測されやすくなります。
guessable-common-names = よくある名前や名字は推測されやすいものです。

# When too many e-mails were asked for. $count is how many minutes it is until one more may be.
mail-throttled = メールの送信がすでに何度か求められています。{ $count }分後にもう一度お試しください。

# An application asks to sign someone out; $client is its name.
logout-heading = サインアウトしますか？
logout-lead-client = 「{ $client }」が、ここからのサインアウトを求めています。サインアウトすると、このブラウザでのセッションが終了します。
logout-lead = アプリが、ここからのサインアウトを求めています。サインアウトすると、このブラウザでのセッションが終了します。
logout-refused = このサインアウトはできません
logout-refused-message = アプリから送られたリクエストに応答できません。ここでサインインしていた場合は、サインインしたままです。
logout-here = ここでサインアウト

# While applications sign someone out as well.
signing-out-onward = 利用していたアプリからもサインアウトしています。その後、「{ $client }」に戻ります。
signing-out-lead = このブラウザでのセッションは終了しました。このセッションで利用していたアプリからもサインアウトしています。このページを閉じてもかまいません。
signing-out-frame = サインアウト中
