# The account's first page. Its title is `account` in common.ftl. Each of these leads to a page, and beside it stands in what
# state it is.
account-password-changed = パスワードを変更しました。ここ以外のすべての場所からサインアウトされています。
account-about = あなたについて
account-profile = プロフィール
applications-open = このアプリにサインイン
account-profile-changed = プロフィールを変更しました。
account-signing-in = サインインの方法
account-password = パスワード
account-passkeys = パスキー
account-authenticator = 認証アプリ
account-codes = リカバリーコード
account-email = メールアドレス
account-access = アカウントへのアクセス
account-data = あなたのデータ
account-export = 保存されているあなたのデータをすべてダウンロード
# The state of a password.
state-set = 設定済み
state-unset = なし
# The state of passkeys.
state-passkeys = オン
state-no-passkeys = なし
# The state of the authenticator app.
state-on = オン
state-off = オフ
# How many recovery codes are left.
state-codes = { $count ->
    [0] 残りなし
   *[other] 残り{ $count }個
}
# In how many browsers one is signed in: 1 is the one in which this is read.
state-sessions = { $count ->
    [1] ここのみ
   *[other] { $count }個のブラウザ
}

# Applications that someone allowed to see or do something.
applications-title = アクセスを許可したアプリ
applications-none = アカウントにアクセスできるアプリはありません。
applications-lead = 共有をやめたいアプリのアクセスは取り消してください。そのアプリはただちにアクセスできなくなり、再びアクセスするには、改めてあなたの許可を求める必要があります。
applications-about = このアプリについて
applications-offline = あなたが利用していない間も接続を維持します。
# Since when.
applications-since = 許可した日時
last-used = 最終使用
# On a button, and the same button read out: $application is whose access it is. It begins with the words on the button.
applications-revoke = アクセスを取り消す
applications-revoke-of = アクセスを取り消す：{ $application }

# Where someone is signed in: a list of browsers.
sessions-title = サインインしている場所
sessions-lead = 心当たりのないものがあれば、サインアウトさせて、パスワードを変更してください。
sessions-here = このブラウザ
# Since when.
sessions-since = サインイン日時
# The network's (IP) address.
sessions-address = IPアドレス
# The city and country.
sessions-place = 場所
# The button `sign-out` read out: $browser is one of `browser-…`, such as Firefox on Linux. They begin with the words of
# `sign-out`.
sessions-end = サインアウト：{ $browser }
sessions-end-here = サインアウト：{ $browser }（このブラウザ）
sessions-end-others = ここ以外のすべての場所からサインアウト
sessions-unknown = そのブラウザはサインインしていません
sessions-unknown-message = その間に、そのブラウザでサインアウトした可能性があります。

# A browser, by its name and its system's: Firefox, Linux.
browser-on = { $system } の { $browser }
browser-of-system = { $system } のブラウザ
browser-unknown = ブラウザ

# A place: Paris, France.
place = { $country }、{ $city }

# Deleting one's account. $date is a day.
delete-title = アカウントの削除
delete-lead = すべての場所からサインアウトされ、すべてのアプリがアクセスできなくなります。{ $date }に、アカウントと、保存されているあなたのデータがすべて削除されます。それより前にサインインした場合、アカウントは削除されません。
delete-before = 削除する前に
delete-export = 先にデータをダウンロード
delete-email = 誤操作を防ぐため、メールアドレスを入力してください
delete-wrong = このアカウントのメールアドレスではありません。
delete-confirm = アカウントを削除
delete-back = 削除しない
# After that.
leaving-title = アカウントは削除されます
leaving-lead = すべての場所からサインアウトしました。気が変わった場合は、お知らせした日より前にサインインしてください。アカウントは削除されません。
leaving-sign-in = サインインして削除を取りやめる
# After signing in again.
staying-title = アカウントは削除されません
staying-lead = 削除される予定でしたが、サインインしたため、削除は取りやめになりました。
staying-delete = やはり削除する

# The e-mail address of an account, and changing it.
email-title = メールアドレス
# $email is the address.
email-unverified = { $email } はまだ確認されていません。
email-verify = 確認用のリンクを送信
email-new = 新しいメールアドレス
email-hint-both = 変更するには、新しいアドレスと現在のアドレスの両方に届くリンクを開く必要があります。
email-hint-new = 変更するには、新しいアドレスに届くリンクを開く必要があります。
email-change = 変更する
email-same = すでに現在のメールアドレスです。
email-taken = このメールアドレスは使用されています
email-taken-message = すでに別のアカウントで使用されています。何も変更されていません。
# The pages that links lead to: $email is the address.
email-confirm-new = 新しいメールアドレスの確認
email-confirm-new-lead = アカウントのメールアドレスは次のものになります：{ $email }
email-confirm-own = メールアドレスの確認
email-confirm-own-lead = アカウントのメールアドレスは次のとおりです：{ $email }
email-confirm = 確認する

# The profile.
profile-title = プロフィール
profile-lead = すべて空欄でもかまいません。アプリがこれらの情報を参照できるのは、あなたが許可した場合だけです。
profile-unchanged = まだ何も変更されていません。下で示されている項目を確認してください。
profile-save = 保存
profile-group-names = 名前
profile-group-about = あなたについて
profile-group-telephone = 電話
profile-group-address = 住所
profile-name = 氏名
profile-name-hint = 呼ばれたいとおりに、省略せずに入力してください。
profile-given-name = 名
profile-middle-name = ミドルネーム
profile-family-name = 姓
profile-nickname = ニックネーム
profile-birthdate = 生年月日
profile-birthdate-hint = 例：1990-02-28。年だけでもかまいません。年を入れない場合は 0000-02-28 とします。
profile-gender = 性別
profile-locale = 言語
profile-locale-hint = 例：en、en-GB
profile-zoneinfo = タイムゾーン
profile-zoneinfo-hint = 例：Europe/Berlin
profile-website = ウェブサイト
profile-profile = プロフィールページ
profile-picture = 写真のURL
profile-phone-number = 電話番号
profile-phone-number-hint = 国番号を付けてください。例：+49 30 1234
profile-address-street-address = 町名・番地・建物名
profile-address-postal-code = 郵便番号
profile-address-locality = 市区町村
profile-address-region = 都道府県・州
profile-address-country = 国
profile-address-formatted = 封筒に書くとおりの住所全体
profile-languages = ほかの言語や文字での名前
profile-languages-lead = アプリがこれらの言語や文字での名前を求めた場合、ここに入力したものが渡されます。削除するには、その言語のすべての欄を空にしてください。
profile-languages-another = 追加
profile-languages-tag = 言語または文字
profile-languages-tag-hint = 一覧から選ぶか、言語タグを入力してください。例：ja-Kana、sr-Latn
profile-wrong-long = { $count }文字以内で入力してください。
profile-wrong-character = 使用できない文字が含まれています。
profile-wrong-empty = 空欄にはできません。
profile-wrong-url = https:// で始まるページのURLを入力してください。
profile-wrong-birthdate = YYYY-MM-DD、年のみ、または年を入れない 0000-MM-DD の形式で入力してください。
profile-wrong-zone = Europe/Berlin のようなタイムゾーン名を入力してください。
profile-wrong-locale = de や en-GB のような言語タグを入力してください。
profile-wrong-tag = ja や ja-Kana のような言語タグを入力してください。
profile-wrong-twice = この言語はすでにあります。
profile-wrong-phone = +1 555 0100 のような電話番号を入力してください。

# API keys, by which programs act for someone. $resource is what one is for, $key is its name.
api-keys-title = API キー
api-keys-lead = キーを使うと、あなたのプログラムはサインインせずに、あなたの名義で API を利用できます。キーを持つ人は誰でも同じことができます。自分のプログラムだけが読める場所に保管してください。
api-keys-none = キーはありません。
api-keys-new = 新しい API キー
api-keys-new-lead = 今すぐコピーして、安全に保管してください。再び表示されることはありません。
api-keys-saved = コピーしました
# A badge: the key is for trying things out.
api-keys-test = テスト
# Before a day each.
api-keys-since = 作成日
api-keys-ends = 有効期限
# Before addresses and networks.
api-keys-from = 使用できる場所
api-keys-replaced = 別のキーに置き換えられます。それまでは両方とも有効なので、使用している場所ですべて入れ替えてください。
# On buttons, and the same buttons read out, which begin with the words on them.
api-keys-rotate = 置き換える
api-keys-rotate-of = 置き換える: { $key }
api-keys-revoke = 失効させる
api-keys-revoke-of = 失効させる: { $key }
# Making one.
api-keys-make = キーを作成
api-keys-make-for = { $resource } 用
api-keys-nowhere = ここには、自分で作成したキーを使えるものがありません。
api-keys-name = キーの用途
api-keys-scopes = 許可すること
api-keys-days = 有効な期間
api-keys-life = { $count } 日
api-keys-environment = キーの種類
api-keys-environment-live = 本番: 実際の利用
api-keys-environment-test = テスト: お試し
api-keys-environment-hint = どちらであるかは API に伝えられます。
api-keys-addresses = 使用できる場所（任意）
api-keys-addresses-hint = 192.0.2.7 や 2001:db8::/32 のような IP アドレスまたはネットワークを、空白かコンマで区切って入力してください。空欄の場合はどこからでも使用できます。
api-keys-make-it = キーを作成する
api-keys-wrong-name = { $count } 文字以内の名前を付けてください。
api-keys-wrong-scopes = 許可することを少なくとも 1 つ選んでください。
# $scope is the name of what is not allowed.
api-keys-not-permitted = そこでは { $scope } が許可されていないため、キーにも許可できません。
# $address is what was typed.
api-keys-wrong-address = 「{ $address }」は IP アドレスでもネットワークでもありません。192.0.2.7 や 192.0.2.0/24 のように入力してください。
api-keys-too-many-addresses = 1 つのキーに指定できるアドレスとネットワークは { $count } 個までです。
api-keys-wrong = このキーは作成できません。もう一度お試しください。
api-keys-too-many = キーの数が上限に達しています。先にいずれかを失効させてください。
api-keys-unknown = このキーはもう存在しないか、すでに置き換えられています。
